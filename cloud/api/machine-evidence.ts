import { fadedMs } from '../../shared/bounds/longest-lately.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { MachineEvidence } from '../../shared/machine-state/evidence.ts';
import { judgedEvidence } from '../../shared/machine-state/judged-evidence.ts';
import type { MachineAlert } from '../ports/alerts.ts';
import type { GatewayContact } from '../ports/contacts/contacts.ts';
import type { MachineState, MaintenanceSpan } from '../ports/machines.ts';

type GatewayTimes = Pick<GatewayContact, 'silentSinceMs' | 'lostSinceMs' | 'backSinceMs'>;

/** Facts beside a machine's own state that its view depends on. */
export interface ViewContext {
  nowMs: number;
  /** The time zone in which times are written; that of this computer if absent. */
  zone?: string | undefined;
  typeOf(name: string): MachineType | undefined;
  /** Undefined if a gateway was never heard, or may not connect. */
  contactOf(gateway: string): GatewayTimes | undefined;
  /** The maintenance that is on, or the next one that is planned; null if there is none. */
  maintenanceOf(name: { gateway: string; site: string; machine: string }): MaintenanceSpan | null;
  /** The last alert of a machine that a person has closed; null or absent if there is none. */
  closedOf?(name: { gateway: string; site: string; machine: string }): MachineAlert | null;
  /** Names who has muted a machine; null or absent if nobody has. */
  mutedOf?(machine: MachineState): { by: string; why: string; untilMs?: number } | null;
  /** Why the cloud can store nothing at present; null if it can. */
  trouble: string | null;
}

/** A machine that was never unheard for longer may be unheard for so long, and one that often was for three times that. */
const unheardMsMin = 15 * 60_000;
const unheardMsMax = 86_400_000;
const gapFactor = 3;
/** Its longest gap may be a night: by its pace it may be unheard for so long at least, or for so many times its pace. */
const unheardByPaceMsMin = 3_600_000;
const paceFactor = 30;
/** A machine at rest, of whose type nothing else is known, may be unheard for a weekend. */
const unheardAtRestMs = 3 * 86_400_000;

/** Everything that is known of a machine now, from which its state follows. */
export function evidenceOf(
  state: MachineState,
  alerts: readonly MachineAlert[],
  maintenance: MaintenanceSpan | null,
  context: ViewContext,
): MachineEvidence {
  const { nowMs, zone, typeOf, contactOf, trouble } = context;
  const { gateway, lastSeenMs, conditionMs } = state;
  const type = typeOf(state.machineType);
  const isKnown = lastSeenMs > 0;
  const { isReached, ...facts } = judgedEvidence(state, type);
  const isMet = facts.limitsMet !== null || isReached;
  return {
    nowMs,
    zone,
    failedMs: state.condition === 'failed' ? (conditionMs ?? lastSeenMs) : null,
    alerts: alerts.map(({ openedAt, prediction: { failureMode, severity, reasons } }) => ({
      failureMode,
      severity,
      reasons,
      sinceMs: Date.parse(openedAt),
    })),
    maintenance: maintenance !== null && maintenance.fromMs <= nowMs ? maintenance : null,
    gateway: { name: gateway, ...(contactOf(gateway) ?? neverHeard) },
    trouble,
    ...renamesOf(state),
    lastReadingMs: isKnown ? lastSeenMs : null,
    heardMs: isKnown ? (state.heardMs ?? lastSeenMs) : null,
    badValuesMs: state.badValuesMs ?? null,
    unheardMsMax: unheardMax(state, type, nowMs),
    usuallyUnheardToMs: usuallyUnheardTo(state),
    ...facts,
    judgedMs: state.judgedMs ?? null,
    judgedSinceMs: state.judgedSinceMs ?? null,
    unjudged: unjudgedOf(state),
    settling: settlingOf(state),
    closed: alerts.length === 0 && isMet ? closedOf(state, context) : null,
    endedMs: endedMs(state),
    calmSinceMs: calmSinceMs(state),
  };
}

function renamesOf({ renamedFrom: from, renamedMs, renamedTo }: MachineState): Partial<MachineEvidence> {
  return {
    ...(from !== undefined && { renamed: { from, atMs: renamedMs ?? 0 } }),
    ...(renamedTo !== undefined && { renamedTo }),
  };
}

function unjudgedOf({ unjudgedMs, estimateMs }: MachineState): MachineEvidence['unjudged'] {
  return unjudgedMs === undefined || estimateMs === undefined ? null : { sinceMs: unjudgedMs, estimateMs };
}

/** While its readings are of before that time, and none was judged since it has started. */
function settlingOf({ settlesToMs, settlesSinceMs, lastSeenMs }: MachineState): MachineEvidence['settling'] {
  if (settlesToMs === undefined || settlesSinceMs === undefined || lastSeenMs >= settlesToMs) return null;
  return { sinceMs: settlesSinceMs, toMs: settlesToMs };
}

/** The closing of its last alert, and what is met since before that. What is met since later may be another episode. */
function closedOf(state: MachineState, context: ViewContext): MachineEvidence['closed'] {
  const alert = context.closedOf?.(state);
  const closed = alert?.prediction.closed;
  if (!alert || !closed || alert.resolvedAt === null) return null;
  const atMs = Date.parse(alert.resolvedAt);
  // A restart, after which it is judged anew, does not begin an episode.
  const { unmetMs = 0, unreachedMs = 0 } = state;
  const goesOn = [
    ...(atMs < unmetMs ? [] : ['limits' as const]),
    ...(atMs < unreachedMs ? [] : ['estimate' as const]),
  ];
  return goesOn.length === 0 ? null : { by: closed.by, reason: closed.reason, atMs, goesOn };
}

/** When its last alert ended, if no estimate has come since. */
function endedMs({ calmMs, judgedMs }: MachineState): number | null {
  return calmMs !== undefined && judgedMs !== undefined && calmMs > judgedMs ? calmMs : null;
}

const neverHeard: GatewayTimes = { silentSinceMs: null, lostSinceMs: null, backSinceMs: null };

/** The same time for a machine at rest as at its gateway, of whose alert it is an image. */
function unheardMax(state: MachineState, type: MachineType | undefined, nowMs: number): number {
  const { rest, gapMs = 0, gapAtMs, heardMs, evidence } = state;
  const gap = fadedMs({ ms: gapMs, atMs: gapAtMs ?? heardMs ?? nowMs }, nowMs);
  // An older gateway does not say its pace.
  const rowS = evidence?.rowS ?? null;
  const byPaceMs = rowS === null ? unheardMsMax : Math.max(unheardByPaceMsMin, 1_000 * paceFactor * rowS);
  const usualMs = Math.min(unheardMsMax, byPaceMs, Math.max(unheardMsMin, gapFactor * gap));
  if (!rest) return usualMs;
  const { silentAtRestAfterMs = unheardAtRestMs } = type ?? {};
  return silentAtRestAfterMs === 0 ? Number.POSITIVE_INFINITY : Math.max(usualMs, silentAtRestAfterMs);
}

/** By the hours of the week in which it sends, as its gateway knows them. */
function usuallyUnheardTo({ evidence, heardMs, lastSeenMs }: MachineState): number | null {
  return evidence?.unheardS === undefined ? null : (heardMs ?? lastSeenMs) + 1_000 * evidence.unheardS;
}

/** When its last alert ended, or it was replaced, whichever was later. */
function calmSinceMs({ condition, conditionMs, calmMs }: MachineState): number | null {
  const replacedMs = condition === 'running' ? conditionMs : undefined;
  const latestMs = Math.max(replacedMs ?? 0, calmMs ?? 0);
  return latestMs > 0 ? latestMs : null;
}

/** Facts of a machine's state that are shown only by what follows from them. */
type Unlisted =
  | 'evidence'
  | 'conditionMs'
  | 'heardMs'
  | 'clock'
  | 'gapMs'
  | 'gapAtMs'
  | 'judgedMs'
  | 'unmetMs'
  | 'unreachedMs'
  | 'badValuesMs'
  | 'judgedSinceMs'
  | 'unjudgedMs'
  | 'settlesToMs'
  | 'settlesSinceMs'
  | 'calmMs'
  | 'rest'
  | 'renamedMs';
export type ListedState = Omit<MachineState, Unlisted | 'estimateMs'>;

export function listedOf({
  evidence: _evidence,
  conditionMs: _condition,
  heardMs: _heard,
  clock: _clock,
  gapMs: _gap,
  gapAtMs: _gapAt,
  judgedMs: _judged,
  unmetMs: _unmet,
  unreachedMs: _unreached,
  badValuesMs: _badValues,
  judgedSinceMs: _judgedSince,
  unjudgedMs: _unjudged,
  settlesToMs: _settlesTo,
  settlesSinceMs: _settlesSince,
  calmMs: _calm,
  rest: _rest,
  renamedMs: _renamed,
  ...listed
}: MachineState): ListedState {
  return listed;
}
