import { UpdatesBody, updatesProblem, updatesText } from '../../../../shared/contract/fleet/updates.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. */
const asBody = (body: Record<string, unknown>) => body as UpdatesBody;

export const updates: FleetKind = {
  kind: 'updates',
  about: 'Which version of the system gateways have that run from the image.',
  body: UpdatesBody,
  problem: (body, { gateway }) => updatesProblem(asBody(body), gateway),
  nameOf: () => 'system',
  text: (body) => updatesText(asBody(body)),
};
