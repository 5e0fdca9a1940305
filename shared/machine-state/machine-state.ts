/**
 * The state of a machine (shared/machine-state): which one word, by the evidence that there is now, with a sentence that
 * says why, and since when. Pure, so that API, page and command line say the same. A machine is "OK" only
 * while something judges it; whatever is not known is called unknown.
 */
import { isOfBadValues, isUnsureText, silentFailureMode, whatOf } from '../contract/alerts/alert-kinds.ts';
import { durationText, timeText } from '../words/times.ts';

import type { EvidenceOfAlert, Found, MachineEvidence, StateOfMachine } from './evidence.ts';
import { changedState, fine, lastReading, liveState, unjudged } from './live-state.ts';

/** So long an estimate may come after the reading that it is of. */
const unjudgedMsMax = 60_000;

export function machineStateOf(evidence: MachineEvidence): StateOfMachine {
  const { nowMs, zone } = evidence;
  const at = (ms: number) => timeText(ms, nowMs, zone);
  const { isHeard: _, ...state } = foundState(evidence, at);
  const found = { ...state, reason: `${state.reason}${stillSends(evidence)}` };
  const unknown = unknownOf(evidence, found, at);
  if (unknown === null) return { ...found, unknown };
  const { sinceMs, reason, isHeard } = unknown;
  const isSilent = unknown.state === 'silent';
  const said = { sinceMs, reason, ...(isHeard && { isHeard }), ...(isSilent && { isSilent: true as const }) };
  return { ...found, unknown: said };
}

/** Nobody who has renamed a machine looks for it under its old name. */
function stillSends({ renamedTo }: MachineEvidence): string {
  if (renamedTo === undefined) return '';
  return `. It was renamed to ${renamedTo}, and its device still sends under this name: change that at the device or its route, then rename it once more`;
}

/** Null for a machine that failed: nothing more is asked of it. */
function unknownOf(evidence: MachineEvidence, found: Found, at: (ms: number) => string): Found | null {
  if (found.state === 'failed') return null;
  if (found.state === 'maintenance') return found;
  return (
    unheardOf(evidence, at) ??
    atRest(evidence, at) ??
    outdated(evidence, at) ??
    settling(evidence, at) ??
    setAside(evidence, at)
  );
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
    settling(evidence, at) ??
    setAside(evidence, at) ??
    liveState(evidence, at) ??
    changedState(evidence, at) ??
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
  // Its gateway may have said last that it hears nothing, which names nothing.
  const why = alert.reasons.find((text) => !isUnsureText(text)) ?? capital(whatOf(alert.failureMode));
  const isKnown = unheard === null || (unheard.isHeard && isOfBadValues(alert.failureMode));
  const unsure = isKnown ? '' : `. Whether this still holds is not known: ${unheard.reason}`;
  return { state: alert.severity, reason: `${why}${unsure}`, sinceMs: alert.sinceMs };
}

/** Why nothing is known of the machine now; null if something is. */
function unheardOf(evidence: MachineEvidence, at: (ms: number) => string): Found | null {
  const { nowMs, gateway, trouble, lastReadingMs, heardMs, unheardMsMax, badValuesMs = null } = evidence;
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
  const { renamed = null } = evidence;
  if (renamed !== null)
    return {
      state: 'unknown',
      reason: `It was renamed from ${renamed.from} at ${at(renamed.atMs)}, and nothing has come under its new name since: what its device sends under the old one belongs to a machine of that name${last()}`,
      sinceMs: renamed.atMs,
    };
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
  if (badValuesMs !== null && nowMs - badValuesMs <= unheardMsMax) {
    const reason = `It sends only what its sensors cannot have, and no reading for ${durationText(unheardMs)}${last()}`;
    return { state: 'unknown', reason, sinceMs: heardMs, isHeard: true };
  }
  const reason = `No reading of the last ${durationText(unheardMs)} has come${last()}`;
  const toMs = evidence.usuallyUnheardToMs ?? null;
  if (toMs === null || nowMs >= toMs) return { state: 'silent', reason, sinceMs: heardMs };
  const usual = `${reason}; it is usually not heard at this time of the week, and expected again by ${at(toMs)}`;
  return { state: 'stopped', reason: usual, sinceMs: heardMs };
}

/** Its readings come again, but no estimate has since its gateway is back: the one there is says nothing of now. */
function outdated({ gateway, judgedMs }: MachineEvidence, at: (ms: number) => string): Found | null {
  const backMs = gateway.backSinceMs ?? null;
  if (backMs === null || judgedMs === undefined || judgedMs === null || judgedMs >= backMs) return null;
  const reason = `It has not been judged since its gateway ${gateway.name} is back (${at(backMs)})`;
  return { state: 'unknown', reason, sinceMs: backMs };
}

/** Its values may be anything while it starts: nobody knows whether it is well. */
function settling({ settling: now }: MachineEvidence, at: (ms: number) => string): Found | null {
  if (!now) return null;
  const reason = `It settles after a start or maintenance, and is not judged until ${at(now.toMs)}`;
  return { state: 'unknown', reason, sinceMs: now.sinceMs };
}

/** Its readings come and are not judged, as after a start: an estimate of before says nothing of them. */
function setAside({ nowMs, unjudged }: MachineEvidence, at: (ms: number) => string): Found | null {
  if (!unjudged || nowMs - unjudged.sinceMs < unjudgedMsMax) return null;
  const { sinceMs, estimateMs } = unjudged;
  const reason = `Its readings come, and none since ${at(estimateMs)} has been judged, as while a machine settles after a start or after maintenance`;
  return { state: 'unknown', reason, sinceMs };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
