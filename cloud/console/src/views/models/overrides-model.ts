/** The request of an override from what a person has filled in. */
import type { FleetAsked } from '../../api/plant-wire.ts';

/** `where`: `site`, `site/machine`, `type:NAME` or `*` for all machines. Whether it is allowed is the API's business. */
export function overrideRequest(said: Readonly<Record<string, string>>, nowMs: number): FleetAsked {
  const { action = '', model = '', who = '', why = '' } = said;
  const hours = Number(said.hours);
  return {
    kind: 'overrides',
    body: {
      ...placeOf((said.where ?? '').trim()),
      action,
      ...(model.trim() !== '' && { model: model.trim() }),
    },
    ...{ who: who.trim(), why: why.trim() },
    ...(hours > 0 && { untilMs: nowMs + hours * 3_600_000 }),
  };
}

function placeOf(where: string): Record<string, unknown> {
  if (where === '*') return { fleet: true };
  if (where.startsWith('type:')) return { type: where.slice('type:'.length).trim() };
  const [site = '', machine] = where.split('/', 2);
  return { site, ...(machine && { machine }) };
}
