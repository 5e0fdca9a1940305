import type { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import type { OverrideBody } from '../../shared/contract/fleet/overrides.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Asked, FleetAdmin } from '../ports/fleet/fleet.ts';
import type { MachineName } from '../ports/retired/retired.ts';
import { fleetKinds } from './kinds/kinds.ts';

const overrides = fleetKinds.find(({ kind }) => kind === 'overrides')!;

type Followed = Pick<FleetAdmin, 'wanted' | 'set' | 'remove'>;

/**
 * Gives the words of people about a machine that was renamed (mutes, pins, alerts) to its new name, for as long as they have left, unless
 * that has one of the kind already. Returns a sentence for each that could not be given, and stays as it was.
 * @param isLeft whether nothing has the old name any more: what still sends under it stays muted
 */
export function followMachine(
  fleet: Followed,
  [from, to]: readonly [from: MachineName, to: MachineName],
  isLeft: boolean,
): Promise<string[]> {
  const given = documentsOf(fleet).flatMap((document) => {
    const { gateway = from.gateway, body } = document;
    const { site, machine } = body as OverrideBody;
    if (gateway !== from.gateway || site !== from.site || machine !== from.machine) return [];
    return { document, body: { ...body, site: to.site, machine: to.machine }, gateway: to.gateway };
  });
  return follow(fleet, given, isLeft);
}

/** The same for all that is said to a gateway that was renamed. */
export function followGateway(fleet: Followed, from: string, to: string): Promise<string[]> {
  const given = documentsOf(fleet).filter(({ gateway }) => gateway === from);
  return follow(
    fleet,
    given.map((document) => ({ document, body: document.body, gateway: to })),
    true,
  );
}

interface Given {
  document: DesiredDocument;
  body: Record<string, unknown>;
  gateway: string;
}

async function follow(fleet: Followed, given: readonly Given[], isLeft: boolean): Promise<string[]> {
  const problems: string[] = [];
  for (const { document, body, gateway } of given) {
    const { kind, name, who, why, untilMs, version } = document;
    // One for all gateways stays for all.
    const scope = document.gateway === undefined ? {} : { gateway };
    const asked: Asked = { kind, ...scope, body, who, why, ...(untilMs !== undefined && { untilMs }) };
    const named = overrides.nameOf(body);
    const isThere = documentsOf(fleet).some((each) => each.name === named && each.gateway === scope.gateway);
    try {
      if (!isThere) await fleet.set(asked);
      const before = document.gateway === undefined ? {} : { gateway: document.gateway };
      if (isLeft) await fleet.remove({ kind, name, ...before }, { who, why: 'renamed', inPlaceOf: version });
    } catch (error) {
      problems.push(
        `What people have said of it (${overrides.text(document.body)}) stays under the old name: ${messageOf(error)}`,
      );
    }
  }
  return problems;
}

const documentsOf = (fleet: Followed): DesiredDocument[] => fleet.wanted(overrides.kind);
