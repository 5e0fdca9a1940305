import type { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import type { GatewayContact } from '../ports/contacts/contacts.ts';
import type { ReportedDocument, Standing } from '../ports/fleet/fleet.ts';

/** A gateway that is connected has it in force within so long. */
const onItsWayMs = 10_000;

/** How a document stands at a gateway. */
export function standingOf(
  gateway: string,
  document: DesiredDocument,
  reported: ReportedDocument | undefined,
  { contact, nowMs }: { contact: GatewayContact | undefined; nowMs: number },
): Standing {
  const { version = null, state = null, atMs = null } = reported ?? {};
  const isOver = document.untilMs !== undefined && document.untilMs <= nowMs;
  const differs =
    version === document.version ? problemOf(reported!, isOver) : notThere(document, contact, nowMs, isOver);
  return { gateway, version, state, atMs, differs };
}

/** Why the version that is wanted is not followed as it should be; null if it is. */
function problemOf({ state, problem, clock }: ReportedDocument, isOver: boolean): string | null {
  const doubt = clock === undefined ? '' : ` (${clock})`;
  if (state === 'in-force') return isOver ? `its gateway does not know yet that it is over${doubt}` : null;
  if (state === 'ended') return isOver ? null : `its gateway takes it to be over already${doubt}`;
  if (state === 'unknown')
    return 'its gateway keeps it, and does not know this kind of document: it is of an older version';
  return problem ?? `its gateway says that it is ${state}`;
}

function notThere(
  { askedMs }: DesiredDocument,
  contact: GatewayContact | undefined,
  nowMs: number,
  isOver: boolean,
): string | null {
  if (isOver) return null;
  if (!contact || contact.heardMs === null) return 'its gateway has never been connected';
  if (!contact.isConnected) return 'its gateway is not connected, and follows when it is';
  if (nowMs - askedMs < onItsWayMs) return 'it is on its way';
  return 'its gateway is connected and has not said that it follows: it may be of an older version, or have trouble with its disk';
}
