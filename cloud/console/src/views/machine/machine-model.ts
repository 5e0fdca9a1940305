/** Decides what a machine's page shows above and below its charts: its figures, its alerts, its decisions. */
import { ApiFailure, failureText } from '../../api-failure.ts';
import { age, dateTime, judges, niceCeiling, shortTime, words } from '../../format.ts';
import { keyOf } from '../../machine-states.ts';
import type { Alert, Machine, MachineDetail, MachineType } from '../../wire.ts';

export interface Subject {
  machine: Machine;
  type: MachineType | null;
}

/** The machine as the live stream knows it, or as it was fetched where the stream does not. Null before the fetch. */
export function subjectOf(detail: MachineDetail | null, live: ReadonlyMap<string, Machine>): Subject | null {
  if (!detail) return null;
  return { machine: live.get(keyOf(detail.machine)) ?? detail.machine, type: detail.type };
}

export interface SummaryModel {
  location: string;
  /** Why it is in its state, and since when. */
  why: string;
  source: string;
  seen: string;
  lifeScaleMax: number;
}

/**
 * `scaleBefore`: the scale of the remaining life so far. It only grows while the page is open; otherwise the bar would
 * stand still while life runs out.
 */
export function summaryModel(machine: Machine, nowMs: number, scaleBefore: number): SummaryModel {
  const since = machine.since === null ? '' : ` · since ${dateTime(machine.since)}`;
  const { maintenance } = machine;
  const planned =
    maintenance && maintenance.fromMs > nowMs
      ? ` · maintenance planned from ${dateTime(maintenance.fromMs)} to ${dateTime(maintenance.toMs)}`
      : '';
  return {
    location: `${machine.site} · ${words(machine.machineType)} · gateway ${machine.gateway}${ranText(machine)}`,
    why: `${machine.stateReason}${since}${modeText(machine)}${behaviourText(machine)}${planned}${mutedText(machine, nowMs)}`,
    source: machine.source === null ? '–' : judges[machine.source],
    seen: age(nowMs - machine.lastSeenMs),
    lifeScaleMax: Math.max(scaleBefore, niceCeiling(machine.remainingLife?.p90 ?? 0)),
  };
}

function mutedText({ muted }: Machine, nowMs: number): string {
  if (!muted) return '';
  const { by, why, untilMs } = muted;
  const until = untilMs === undefined ? '' : ` until ${shortTime(untilMs, nowMs)}`;
  return ` · nobody is told of its alerts${until} (${by === '' ? '' : `${by}: `}${why})`;
}

/** In which mode it is and since when, while it runs and is heard. */
function modeText({ mode, state }: Machine): string {
  if (!mode || notRunning.has(state)) return '';
  const { number, of, name, sinceMs, isNew } = mode;
  const since = `since ${dateTime(sinceMs)}`;
  if (number === null) return ` · in a mode that was never seen before (${name}), ${since}`;
  const which = of === null ? `mode ${name}` : `mode ${number} of ${of} (${name})`;
  return ` · ${which}, ${since}${isNew ? ', for the first time' : ''}`;
}

const notRunning: ReadonlySet<string> = new Set(['silent', 'stopped', 'maintenance', 'failed']);

/** How its sensors go together, where that is news and no open alert says it. */
function behaviourText({ behaviour, openAlerts }: Machine): string {
  if (!behaviour || openAlerts > 0) return '';
  const { learning } = behaviour;
  if (learning)
    return ` · how its sensors go together is being learnt: ${learning.days} of ${learning.needed} days on which it runs`;
  if (behaviour.sinceMs === null) return '';
  const since = dateTime(behaviour.sinceMs);
  const { state, beyond } = behaviour;
  if (state === 'changed') return ` · its sensors have gone together in another way since ${since}`;
  const what = beyond
    ? `${beyond.sensor} is ${number(beyond.value)}, and ${number(beyond.low)} to ${number(beyond.high)} would be usual beside its other sensors`
    : 'its sensors do not go together as on other days';
  return ` · ${what} (since ${since})`;
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** How long it has run: in hours, as people count it, from the first hour on. */
function ranText({ runningS }: Machine): string {
  if (runningS === undefined) return '';
  const hours = runningS / 3_600;
  return hours < 1
    ? ' · has run less than an hour'
    : ` · has run ${Math.floor(hours).toLocaleString('en-GB')} h`;
}

/** A sentence about a machine type that the cloud does not know; null if it does. */
export function unknownTypeText({ machine, type }: Subject): string | null {
  if (type) return null;
  return `The cloud does not know the machine type “${machine.machineType}”, so units and limits are not shown. Its setting machineTypesDir must name a folder with the file of this type.`;
}

export interface MachineAlerts {
  open: Alert[];
  resolved: Alert[];
  /** Empty if none is resolved. */
  resolvedTitle: string;
}

export function machineAlerts(alerts: readonly Alert[]): MachineAlerts {
  const open = alerts.filter(({ state }) => state === 'open');
  const resolved = alerts.filter(({ state }) => state === 'resolved');
  const count = resolved.length;
  return {
    open,
    resolved,
    resolvedTitle: count === 0 ? '' : count === 1 ? 'One resolved alert' : `${count} resolved alerts`,
  };
}

/** At most this many decisions are on the page; a link leads to the others. */
export const decisionsMax = 20;

/** Address of all decisions about a machine; null where the page shows them all. `next`: where the next page begins. */
export function allDecisionsHref(subject: string, next: string | null): string | null {
  return next === null ? null : `#/decisions?subject=${encodeURIComponent(subject)}`;
}

/** Chooses the message to show where the machine could not be fetched. */
export function machineProblem(
  error: unknown,
): { kind: 'unknown-machine' } | { kind: 'failure'; text: string } {
  if (error instanceof ApiFailure && error.status === 404) return { kind: 'unknown-machine' };
  return { kind: 'failure', text: failureText(error) };
}
