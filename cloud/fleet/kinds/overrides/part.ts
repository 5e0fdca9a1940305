import { OverrideBody, overrideProblem, whereOf } from '../../../../shared/contract/fleet/overrides.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. */
const asBody = (body: Record<string, unknown>) => body as OverrideBody;

const actionTexts: Record<string, string> = { mute: 'muted', rules: 'judged by rules alone' };

export const overrides: FleetKind = {
  kind: 'overrides',
  about:
    'A person’s word in place of what gateways would decide by themselves: mute machines, judge them by rules alone, or by a pinned version of a model.',
  body: OverrideBody,
  problem: (body) => overrideProblem(asBody(body)),
  nameOf: (body) => `${asBody(body).action}:${whereOf(asBody(body)).replaceAll(' ', ':')}`,
  text(body) {
    const { action, model } = asBody(body);
    const what = model === undefined ? (actionTexts[action] ?? action) : `judged by ${model}`;
    return `${whereOf(asBody(body))}: ${what}`;
  },
};
