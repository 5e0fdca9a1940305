import type { Closed } from '../../shared/contract/alerts/closed.ts';
import type { SiteAlert } from '../../shared/contract/site/site-topics.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { MachineEvidence } from '../../shared/machine-state/evidence.ts';
import { judgedEvidence } from '../../shared/machine-state/judged-evidence.ts';
import type { SaidOfMachine } from '../../shared/machine-state/said.ts';

/** Readings that are later than the newest estimate by more than this are not judged. */
const unjudgedAfterMs = 60_000;

/**
 * A machine for whose silence no alert is raised may be unheard for so many times its pace, within these bounds. One whose type
 * has that alert is called silent by it, which knows the machine's rhythm.
 */
const paceFactor = 30;
const unheardMsMin = 3_600_000;
const unheardMsMax = 86_400_000;
const unheardAtRestMs = 3 * 86_400_000;

/** All that the state of one machine follows from, beside its alerts. Times are ms since 1970. */
export interface KnownMachine {
  type: MachineType | undefined;
  /** Its newest estimate, and whether it rests; null before the first. */
  said: SaidOfMachine | null;
  /** When its newest estimate was made, and the time of the readings that it is from. */
  judgedMs: number | null;
  estimateMs: number | null;
  lastReadingMs: number | null;
  /** Null: not since the start. */
  heardMs: number | null;
  failedMs: number | null;
  settlesSinceMs: number | null;
  unjudgedSinceMs: number | null;
  /** When its last alert ended. */
  endedMs: number | null;
  closed: (Closed & { atMs: number }) | null;
}

export function knownMachine(type: MachineType | undefined): KnownMachine {
  const never = { judgedMs: null, estimateMs: null, lastReadingMs: null, heardMs: null, failedMs: null };
  return {
    ...{ type, said: null, ...never },
    ...{ settlesSinceMs: null, unjudgedSinceMs: null, endedMs: null, closed: null },
  };
}

/** Takes what a line says; one that says only whether the machine rests leaves the estimate as it was. */
export function takeSaid(known: KnownMachine, said: SaidOfMachine, nowMs: number): void {
  known.settlesSinceMs = said.settlesToMs === undefined ? null : (known.settlesSinceMs ?? nowMs);
  const { settlesToMs: _, ...before } = known.said ?? said;
  known.said = { ...before, ...said };
  if (said.health === undefined) return;
  known.judgedMs = nowMs;
  known.estimateMs = said.lastSeenMs;
  const { limitsMet = null, isReached } = judgedEvidence(known.said, known.type);
  if (limitsMet === null && !isReached) known.closed = null;
}

interface Context {
  gateway: string;
  nowMs: number;
  startedMs: number;
  alerts: readonly SiteAlert[];
  maintenance: MachineEvidence['maintenance'];
}

/** The evidence that there is at its gateway, from which its state follows as on the page of the cloud. */
export function evidenceOf(known: KnownMachine, context: Context): MachineEvidence {
  const { gateway, nowMs, startedMs, alerts, maintenance } = context;
  const { said, type, lastReadingMs, judgedMs, closed, settlesSinceMs } = known;
  const { isReached: _, ...judged } = judgedEvidence(said ?? {}, type);
  const settlesToMs = said?.settlesToMs;
  const isSettling =
    settlesToMs !== undefined &&
    lastReadingMs !== null &&
    settlesSinceMs !== null &&
    lastReadingMs < settlesToMs;
  return {
    nowMs,
    failedMs: known.failedMs,
    alerts: alerts
      .filter(({ heardSince }) => heardSince === undefined)
      .map(({ since, ...alert }) => ({ ...alert, sinceMs: Date.parse(since) })),
    maintenance,
    // After a start nothing of before is known to hold still.
    gateway: { name: gateway, silentSinceMs: null, backSinceMs: startedMs },
    trouble: null,
    lastReadingMs,
    heardMs: known.heardMs ?? (lastReadingMs === null ? null : Math.min(lastReadingMs, startedMs - 1)),
    unheardMsMax: unheardMax(known),
    usuallyUnheardToMs: usuallyUnheardTo(known),
    ...judged,
    judgedMs,
    unjudged: unjudgedOf(known, nowMs),
    settling: isSettling ? { sinceMs: settlesSinceMs, toMs: settlesToMs } : null,
    closed: closed && { ...closed, goesOn: ['limits', 'estimate'] },
    endedMs: known.endedMs !== null && judgedMs !== null && known.endedMs > judgedMs ? known.endedMs : null,
    calmSinceMs: known.endedMs,
  };
}

function unheardMax({ said, type }: KnownMachine): number {
  const rowS = said?.evidence?.rowS ?? null;
  const paceMs = rowS === null ? unheardMsMax : paceFactor * 1_000 * rowS;
  const usualMs = Math.min(unheardMsMax, Math.max(unheardMsMin, paceMs));
  if (!said?.rest) return usualMs;
  const atRestMs = type?.silentAtRestAfterMs ?? unheardAtRestMs;
  return atRestMs === 0 ? Number.POSITIVE_INFINITY : Math.max(usualMs, atRestMs);
}

function usuallyUnheardTo({ said, heardMs }: KnownMachine): number | null {
  const unheardS = said?.evidence?.unheardS;
  return unheardS === undefined || heardMs === null ? null : heardMs + 1_000 * unheardS;
}

function unjudgedOf(known: KnownMachine, nowMs: number): MachineEvidence['unjudged'] {
  const { estimateMs, lastReadingMs } = known;
  const isLater = estimateMs !== null && (lastReadingMs ?? 0) - estimateMs > unjudgedAfterMs;
  known.unjudgedSinceMs = isLater ? (known.unjudgedSinceMs ?? nowMs) : null;
  return known.unjudgedSinceMs === null ? null : { sinceMs: known.unjudgedSinceMs, estimateMs: estimateMs! };
}
