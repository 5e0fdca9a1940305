import { type DesiredDocument, keyOf } from '../../shared/contract/fleet/documents.ts';
import type { DocumentState } from '../../shared/contract/fleet/reported.ts';
import type { FollowedKind } from '../ports/fleet/fleet.ts';
import type { BestTime } from './best-time.ts';
import type { Report } from './fleet-file.ts';

/** Documents by their key. */
export type Documents = ReadonlyMap<string, DesiredDocument>;
export type Reports = ReadonlyMap<string, Report>;

/** Documents that were removed are kept, so that a cloud that was put back to an older state learns of it; the latest of them. */
const removedMax = 256;
/** More than a cloud sends; a file does not grow without end, whatever comes. */
const documentsMax = 512;

/** How documents stand now, with what was reported before where that is still so. */
export function reportsOf(
  documents: Documents,
  before: Reports,
  { kinds, time }: { kinds: readonly FollowedKind[]; time: BestTime },
): Map<string, Report> {
  const nowMs = time.nowMs();
  const reports = new Map<string, Report>();
  for (const [key, document] of documents) {
    const { version, untilMs } = document;
    const { state, problem = null } = standingOf(document, kinds, nowMs);
    const known = before.get(key);
    if (known && known.version === version && known.state === state && (known.problem ?? null) === problem) {
      reports.set(key, known);
      continue;
    }
    const doubt = untilMs === undefined ? null : time.doubt;
    reports.set(key, {
      ...{ key, version, state, atMs: nowMs, unsent: true },
      ...(problem !== null && { problem }),
      ...(doubt !== null && { clock: doubt }),
    });
  }
  return reports;
}

/** The documents of a kind that are to be followed now, those that are not in force yet included. */
export function wantedOf(documents: Documents, followed: FollowedKind, nowMs: number): DesiredDocument[] {
  return [...documents.values()].filter(
    ({ kind, removed, untilMs = Number.POSITIVE_INFINITY, body }) =>
      kind === followed.kind && !removed && untilMs > nowMs && followed.problem(body) === null,
  );
}

function standingOf(
  document: DesiredDocument,
  kinds: readonly FollowedKind[],
  nowMs: number,
): { state: DocumentState; problem?: string } {
  const { kind, body, removed, untilMs } = document;
  if (removed) return { state: 'removed' };
  const followed = kinds.find((each) => each.kind === kind);
  if (!followed) return { state: 'unknown' };
  if (untilMs !== undefined && untilMs <= nowMs) return { state: 'ended' };
  const problem = followed.problem(body);
  if (problem !== null) return { state: 'refused', problem: problem.slice(0, 500) };
  const waits = followed.waits?.(document);
  return waits ? { ...waits, problem: waits.problem.slice(0, 500) } : { state: 'in-force' };
}

/** Documents with those that are newer than what is here; the same if none is. */
export function merged(documents: Documents, said: readonly DesiredDocument[], gateway: string): Documents {
  const newer = said.filter(
    (document) =>
      (document.gateway ?? gateway) === gateway &&
      document.version > (documents.get(keyOf(document))?.version ?? 0),
  );
  if (newer.length === 0) return documents;
  const next = new Map(documents);
  for (const document of newer) next.set(keyOf(document), document);
  const all = [...next].sort(([, a], [, b]) => a.version - b.version);
  const removed = all.filter(([, document]) => document.removed);
  const live = all.filter(([, document]) => !document.removed);
  return new Map([...removed.slice(-removedMax), ...live.slice(-documentsMax)]);
}
