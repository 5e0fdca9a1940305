/** The state of a machine that is heard and of which no alert is open: by its newest values and estimates. */
import type { RemainingLife } from '../contract/events.ts';
import type { Found, MachineEvidence } from './evidence.ts';

/** The state by the newest values and the newest estimate alone, although no alert is open. */
export function liveState(
  { limitsMet, policiesMet, estimate, ...more }: MachineEvidence,
  at: (ms: number) => string,
): Found | null {
  const life = estimate?.remainingLife ?? null;
  const isOver = life !== null && life.p50 <= 0;
  if (limitsMet === null && policiesMet === null && !isOver) return null;
  const { endedMs = null, closed = null } = more;
  if (endedMs !== null && closed === null) return justEnded(endedMs, at);
  const sinceMs = more.judgedSinceMs ?? null;
  const state = isOver || limitsMet === 'critical' || policiesMet === 'critical' ? 'critical' : 'warning';
  // Rules estimate remaining life by limits, so a limit that is met is the plainer reason.
  const byLimit = estimate?.source === 'rules' && limitsMet === state;
  const none = noneOpen(closed, 'estimate', at);
  if (!byLimit && policiesMet !== null && !(isOver && policiesMet !== 'critical')) {
    const of = life === null ? 'How unusual its readings are' : `Remaining life of ${amountOf(life)}`;
    return { state, reason: `${of} is beyond what its type allows; ${none}`, sinceMs };
  }
  if (!byLimit && isOver) {
    const by = estimate?.source === 'model' ? 'By its model' : 'By its own past and its limits';
    return { state, reason: `${by} its remaining life is over (${amountOf(life)}); ${none}`, sinceMs };
  }
  if (limitsMet === null) return null;
  const word = limitsMet === 'critical' ? 'alarm' : 'warning';
  const what = more.beyond ?? `A sensor is beyond its ${word} limit`;
  return { state, reason: `${what}; ${noneOpen(closed, 'limits', at)}`, sinceMs };
}

/** The state of a machine that is not as it was, whose alert was closed or does not exist; null for any other one. */
export function changedState(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
  const { changedSinceMs: sinceMs = null, endedMs = null, closed = null } = evidence;
  if (sinceMs === null) return null;
  if (endedMs !== null && closed === null) return justEnded(endedMs, at);
  const what = `Since ${at(sinceMs)} its sensors have gone together in another way than before`;
  return { state: 'warning', reason: `${what}; ${noneOpen(closed, 'estimate', at)}`, sinceMs };
}

/** An alert ends before the estimate comes that says the same: the one before it speaks of what was. */
function justEnded(endedMs: number, at: (ms: number) => string): Found {
  const reason = `Its alert has ended at ${at(endedMs)}, and it has not been judged since`;
  return { state: 'unknown', reason, sinceMs: endedMs };
}

function amountOf({ p50, unit }: RemainingLife): string {
  return `${p50 >= 100 ? Math.round(p50) : Number(p50.toPrecision(3))} ${unit}`;
}

/** Says why no alert is open, as far as that is known: a person has closed one, and this goes on since before. */
function noneOpen(
  closed: NonNullable<MachineEvidence['closed']> | null,
  about: 'limits' | 'estimate',
  at: (ms: number) => string,
): string {
  if (!closed?.goesOn.includes(about)) return 'no alert is open';
  const { by, reason, atMs } = closed;
  return `its alert was closed at ${at(atMs)}${by === '' ? '' : ` by ${by}`}: ${reason}`;
}

/** Null if something judges the machine. */
export function unjudged(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
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

export function fine({ estimate, hasLimits, learning, calmSinceMs, judgedSinceMs }: MachineEvidence): Found {
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

export function lastReading({ lastReadingMs }: MachineEvidence, at: (ms: number) => string): string {
  return lastReadingMs === null ? '' : `; its last reading is from ${at(lastReadingMs)}`;
}
