import { OverrideBody, overrideProblem, whereOf } from '../../../../shared/contract/fleet/overrides.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. */
const asBody = (body: Record<string, unknown>) => body as OverrideBody;

const actionTexts: Record<string, string> = {
  mute: 'muted',
  rules: 'judged by rules alone',
  alert: 'an alert is open',
  stop: 'no version of a model is rolled out any further',
};

export const overrides: FleetKind = {
  kind: 'overrides',
  about:
    'A person’s word in place of what gateways would decide by themselves: mute machines, judge them by rules alone, by a pinned version of a model, have an alert open, or stop rollouts.',
  body: OverrideBody,
  problem(body, { gateway, untilMs }) {
    const problem = overrideProblem(asBody(body));
    if (problem !== null || asBody(body).action !== 'alert') return problem;
    // Every other gateway would raise one too, for a machine that it does not have; and nothing else would ever end it.
    if (gateway === undefined) return 'say at which gateway its machine is: {"gateway": "hall"}';
    return untilMs === undefined ? 'an alert that a person wants has an end: {"untilMs": …}' : null;
  },
  nameOf: (body) => `${asBody(body).action}:${whereOf(asBody(body)).replaceAll(' ', ':')}`,
  text(body) {
    const { action, model, severity } = asBody(body);
    if (severity === 'critical') return `${whereOf(asBody(body))}: a critical alert is open`;
    const what = model === undefined ? (actionTexts[action] ?? action) : `judged by ${model}`;
    return `${whereOf(asBody(body))}: ${what}`;
  },
};
