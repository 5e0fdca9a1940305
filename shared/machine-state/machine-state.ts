/**
 * The state of a machine (shared/machine-state): which one word, by the evidence that there is now, with a sentence that
 * says why, and since when. Pure, so that API, page and command line say the same. A machine is "OK" only
 * while something judges it; whatever is not known is called unknown.
 */
import { silentFailureMode } from '../contract/alerts/alert-kinds.ts';
import type { EstimateSource, RemainingLife } from '../contract/events.ts';
import { durationText, timeText } from '../words/times.ts';

/** Most urgent first; at the end those about which nobody has to think now. */
export const machineStates = [
  'failed',
  'critical',
  'warning',
  'silent',
  'unknown',
  'ok',
  'learning',
  'maintenance',
  'stopped',
] as const;
export type MachineStateName = (typeof machineStates)[number];

/** So long an estimate may come after the reading that it is of. */
const unjudgedMsMax = 60_000;

export type Level = 'critical' | 'warning' | null;

export interface EvidenceOfAlert {
  failureMode: string;
  severity: 'warning' | 'critical';
  reasons: readonly string[];
  sinceMs: number;
}

/** Facts that are known of a machine now. Times are in ms since 1970. */
export interface MachineEvidence {
  nowMs: number;
  /** IANA name of the zone in which times are written; that of this computer if absent. */
  zone?: string | undefined;
  /** When it was reported as failed; null if it was not, or has been replaced since. */
  failedMs: number | null;
  /** The worst first. */
  alerts: readonly EvidenceOfAlert[];
  /** People work on it until `toMs`: nothing is raised and nothing ends, so neither its readings nor its alerts say more. */
  maintenance?: { fromMs: number; toMs: number; by: string; note?: string | undefined } | null;
  /** Since when it has been at rest; null or absent if it is not. Then nothing is to be concluded from its readings. */
  restSinceMs?: number | null;
  /** By which sensors below which values, if that was learnt: `vibration below 0.3`. */
  restLearntFrom?: string | undefined;
  /**
   * Since when its gateway is silent, or only not connected; null if it is neither. `backSinceMs`: when it came back after
   * that; what came before it says nothing of now.
   */
  gateway: {
    name: string;
    silentSinceMs: number | null;
    lostSinceMs?: number | null;
    backSinceMs?: number | null;
  };
  /** Why the cloud can store nothing at present; null if it can. */
  trouble: string | null;
  /** The time of its newest reading, and when that arrived; null if there is none. */
  lastReadingMs: number | null;
  heardMs: number | null;
  /** How long it may be unheard until its state is not known any more. */
  unheardMsMax: number;
  /** When its newest estimate arrived, and since when estimates have said the same; null or absent if that is not known. */
  judgedMs?: number | null;
  judgedSinceMs?: number | null;
  /** Since when its readings have come without being judged, and the time of the newest that was; null or absent if they are. */
  unjudged?: { sinceMs: number; estimateMs: number } | null;
  /** The newest estimate; null if there is none. */
  estimate: {
    source: EstimateSource | 'self-learned';
    remainingLife: RemainingLife | null;
    health: number;
  } | null;
  /** The worst that its newest values and estimate reach, of limits of sensors and of alert policies. */
  limitsMet: Level;
  policiesMet: Level;
  /** Whether any of its sensors has limits; null if that is not known. */
  hasLimits: boolean | null;
  /** Progress of learning what is normal for it; null if that is learnt. Undefined: nobody said. */
  learning: { rows: number; needed: number } | null | undefined;
  /** When its last alert ended, or it was replaced; null if neither is known. */
  calmSinceMs: number | null;
}

export interface StateOfMachine {
  state: MachineStateName;
  reason: string;
  sinceMs: number | null;
  /**
   * Since when, and why, nothing is known of what its alerts and its estimate say; null if something is. A machine that is
   * called silent because of its own silence alert is unknown too.
   */
  unknown: Unknown | null;
}

export interface Unknown {
  sinceMs: number | null;
  reason: string;
}

type Found = Omit<StateOfMachine, 'unknown'>;

export function machineStateOf(evidence: MachineEvidence): StateOfMachine {
  const { nowMs, zone } = evidence;
  const at = (ms: number) => timeText(ms, nowMs, zone);
  const found = foundState(evidence, at);
  const unknown = unknownOf(evidence, found, at);
  return { ...found, unknown: unknown && { sinceMs: unknown.sinceMs, reason: unknown.reason } };
}

/** Null for a machine that failed: nothing more is asked of it. */
function unknownOf(evidence: MachineEvidence, found: Found, at: (ms: number) => string): Found | null {
  if (found.state === 'failed') return null;
  if (found.state === 'maintenance') return found;
  return unheardOf(evidence, at) ?? atRest(evidence, at) ?? outdated(evidence, at) ?? setAside(evidence, at);
}

function foundState(evidence: MachineEvidence, at: (ms: number) => string): Found {
  const { failedMs } = evidence;
  const maintenance = maintained(evidence, at);
  if (failedMs !== null) {
    const more = maintenance ? `. ${maintenance.reason}` : '';
    return {
      state: 'failed',
      reason: `It was reported as failed at ${at(failedMs)}${more}`,
      sinceMs: failedMs,
    };
  }
  if (maintenance) return maintenance;
  const alerts = evidence.alerts.filter(({ failureMode }) => failureMode !== silentFailureMode);
  const unheard = unheardOf(evidence, at);
  const worst = alerts.find(({ severity }) => severity === 'critical') ?? alerts[0];
  if (worst) return alerted(worst, unheard);
  if (unheard) return unheard;
  return (
    atRest(evidence, at) ??
    outdated(evidence, at) ??
    setAside(evidence, at) ??
    liveState(evidence) ??
    unjudged(evidence, at) ??
    fine(evidence)
  );
}

/** People who work on a machine know of its alerts, which stay as they are meanwhile; null if nobody does. */
function maintained({ maintenance, alerts }: MachineEvidence, at: (ms: number) => string): Found | null {
  if (!maintenance) return null;
  const { fromMs, toMs, by, note } = maintenance;
  const why = note === undefined ? '' : `: ${note}`;
  const open = alerts[0]?.reasons[0];
  const still = open === undefined ? '' : `. Open before: ${open}`;
  return {
    state: 'maintenance',
    reason: `In maintenance until ${at(toMs)} (${by}${why})${still}`,
    sinceMs: fromMs,
  };
}

function atRest(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
  const { restSinceMs: sinceMs, restLearntFrom: from } = evidence;
  if (sinceMs === undefined || sinceMs === null) return null;
  const since = `${at(sinceMs)}${from === undefined ? '' : ` (at rest, as was learnt from ${from})`}`;
  return { state: 'stopped', reason: `It stands since ${since}, and is not judged at rest`, sinceMs };
}

/** An alert that is open stays what it says; if nothing is heard, its reason adds that nobody knows whether it still holds. */
function alerted(alert: EvidenceOfAlert, unheard: Found | null): Found {
  const why = alert.reasons[0] ?? `${alert.failureMode}: ${alert.severity}`;
  const unsure = unheard === null ? '' : `. Whether this still holds is not known: ${unheard.reason}`;
  return { state: alert.severity, reason: `${why}${unsure}`, sinceMs: alert.sinceMs };
}

/** Why nothing is known of the machine now; null if something is. */
function unheardOf(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
  const { nowMs, gateway, trouble, lastReadingMs, heardMs, unheardMsMax } = evidence;
  // Nearly all machines are heard, and a time costs more to write than all else here.
  const last = () => lastReading(evidence, at);
  if (gateway.silentSinceMs !== null)
    return {
      state: 'silent',
      reason: `Its gateway ${gateway.name} is silent since ${at(gateway.silentSinceMs)}, so nothing is known of it${last()}`,
      sinceMs: gateway.silentSinceMs,
    };
  const { lostSinceMs = null, backSinceMs = null } = gateway;
  if (lostSinceMs !== null)
    return {
      state: 'silent',
      reason: `Its gateway ${gateway.name} is not connected since ${at(lostSinceMs)}, so nothing is known of it${last()}`,
      sinceMs: lostSinceMs,
    };
  if (trouble !== null)
    return { state: 'unknown', reason: `${capital(trouble)}${last()}`, sinceMs: lastReadingMs };
  const silence = evidence.alerts.find(({ failureMode }) => failureMode === silentFailureMode);
  if (silence)
    return {
      state: 'silent',
      reason: silence.reasons[0] ?? `No reading${last()}`,
      sinceMs: lastReadingMs ?? silence.sinceMs,
    };
  if (lastReadingMs === null || heardMs === null)
    return { state: 'unknown', reason: 'It has sent no reading yet', sinceMs: null };
  if (backSinceMs !== null && heardMs < backSinceMs)
    return {
      state: 'unknown',
      reason: `No reading has come since its gateway ${gateway.name} is back (${at(backSinceMs)})${last()}`,
      sinceMs: backSinceMs,
    };
  const unheardMs = nowMs - heardMs;
  if (unheardMs <= unheardMsMax) return null;
  const reason = `No reading has come for ${durationText(unheardMs)}${last()}`;
  return { state: 'silent', reason, sinceMs: heardMs };
}

/** Its readings come again, but no estimate has since its gateway is back: the one there is says nothing of now. */
function outdated({ gateway, judgedMs }: MachineEvidence, at: (ms: number) => string): Found | null {
  const backMs = gateway.backSinceMs ?? null;
  if (backMs === null || judgedMs === undefined || judgedMs === null || judgedMs >= backMs) return null;
  const reason = `It has not been judged since its gateway ${gateway.name} is back (${at(backMs)})`;
  return { state: 'unknown', reason, sinceMs: backMs };
}

/** Its readings come and are not judged, as after a start: an estimate of before says nothing of them. */
function setAside({ nowMs, unjudged }: MachineEvidence, at: (ms: number) => string): Found | null {
  if (!unjudged || nowMs - unjudged.sinceMs < unjudgedMsMax) return null;
  const { sinceMs, estimateMs } = unjudged;
  const reason = `Its readings come, and none since ${at(estimateMs)} has been judged, as while a machine settles after a start or after maintenance`;
  return { state: 'unknown', reason, sinceMs };
}

/** The state by the newest values and the newest estimate alone, although no alert is open. */
function liveState({ limitsMet, policiesMet, estimate, ...more }: MachineEvidence): Found | null {
  const life = estimate?.remainingLife ?? null;
  const isOver = life !== null && life.p50 <= 0;
  const sinceMs = more.judgedSinceMs ?? null;
  const state = isOver || limitsMet === 'critical' || policiesMet === 'critical' ? 'critical' : 'warning';
  // Rules estimate remaining life by limits, so a limit that is met is the plainer reason.
  const byLimit = estimate?.source === 'rules' && limitsMet === state;
  if (!byLimit && (isOver || policiesMet !== null)) {
    const amount =
      life !== null && (life.p50 >= 100 ? Math.round(life.p50) : Number(life.p50.toPrecision(3)));
    const of = life === null ? 'How unusual its readings are' : `Remaining life of ${amount} ${life.unit}`;
    return { state, reason: `${of} is beyond what its type allows; no alert is open`, sinceMs };
  }
  if (limitsMet === null) return null;
  const word = limitsMet === 'critical' ? 'alarm' : 'warning';
  return { state, reason: `A sensor is beyond its ${word} limit; no alert is open`, sinceMs };
}

/** Null if something judges the machine. */
function unjudged(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
  const { estimate, hasLimits, learning, judgedSinceMs: sinceMs = null } = evidence;
  const progress = learning ? ` (${learning.rows} of ${learning.needed} readings)` : '';
  if (estimate === null) {
    return {
      state: 'learning',
      reason: `Too few readings to judge it yet${lastReading(evidence, at)}`,
      sinceMs: null,
    };
  }
  const isSelfLearned = estimate.source === 'self-learned';
  if (estimate.source === 'model' || hasLimits || (isSelfLearned && !learning)) return null;
  if (isSelfLearned) return { state: 'learning', reason: `${firstTime}${progress}`, sinceMs };
  // An older gateway does not say what it judges by.
  if (learning === null || (learning === undefined && hasLimits === null)) return null;
  const none = 'Nothing can judge it yet: no limits, no model';
  if (!learning) return { state: 'unknown', reason: none, sinceMs };
  const reason = `${none}, and what is normal is still being learnt${progress}`;
  return { state: 'learning', reason, sinceMs };
}

const firstTime = 'It does something for the first time, which is learnt and not judged';

function fine({ estimate, hasLimits, learning, calmSinceMs, judgedSinceMs }: MachineEvidence): Found {
  const by = {
    model: 'Judged by its model',
    'self-learned': 'As it usually is, by its own past',
    rules: hasLimits ? 'None of its limits is met' : 'As it usually is, by its own past',
  }[estimate?.source ?? 'rules'];
  const more = learning
    ? `; its normal is still being learnt (${learning.rows} of ${learning.needed} readings)`
    : '';
  const known = [calmSinceMs, judgedSinceMs ?? null].filter((ms) => ms !== null);
  const sinceMs = known.length === 0 ? null : Math.max(...known);
  return { state: 'ok', reason: `${by}${more}`, sinceMs };
}

function lastReading({ lastReadingMs }: MachineEvidence, at: (ms: number) => string): string {
  return lastReadingMs === null ? '' : `; its last reading is from ${at(lastReadingMs)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
