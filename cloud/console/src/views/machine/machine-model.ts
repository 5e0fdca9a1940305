/** Decides what a machine's page shows above and below its charts: its figures, its alerts, its decisions. */
import { ApiFailure, failureText } from '../../api/api-failure.ts';
import { age, dateTime, niceCeiling, shortTime, words } from '../../format.ts';
import { keyOf } from '../../machine-states.ts';
import type { Alert, Machine, MachineDetail, MachineType } from '../../wire.ts';
import { locale, texts } from '../../words/words.ts';

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
  const said = texts().machine;
  const since = machine.since === null ? '' : said.since(dateTime(machine.since));
  const { maintenance } = machine;
  const planned =
    maintenance && maintenance.fromMs > nowMs
      ? said.planned(dateTime(maintenance.fromMs), dateTime(maintenance.toMs))
      : '';
  return {
    location: `${machine.site} · ${words(machine.machineType)} · ${texts().fleet.gateway(machine.gateway)}${ranText(machine)}`,
    why: `${machine.stateReason}${since}${modeText(machine)}${behaviourText(machine)}${planned}${mutedText(machine, nowMs)}`,
    source: machine.source === null ? '–' : texts().fleet.judges[machine.source],
    seen: age(nowMs - machine.lastSeenMs),
    lifeScaleMax: Math.max(scaleBefore, niceCeiling(machine.remainingLife?.p90 ?? 0)),
  };
}

function mutedText({ muted }: Machine, nowMs: number): string {
  if (!muted) return '';
  const { by, why, untilMs } = muted;
  const until = untilMs === undefined ? '' : texts().fleet.until(shortTime(untilMs, nowMs));
  return `${texts().machine.nobodyTold}${until} (${by === '' ? '' : `${by}: `}${why})`;
}

/** In which mode it is and since when, while it runs and is heard. */
function modeText({ mode, state }: Machine): string {
  if (!mode || notRunning.has(state)) return '';
  const { number, of, name, sinceMs, isNew } = mode;
  const since = dateTime(sinceMs);
  const said = texts().machine;
  if (number === null) return said.newMode(name, since);
  const which = of === null ? said.mode(name) : said.modeOf(number, of, name);
  return `${said.inMode(which, since)}${isNew ? said.firstTime : ''}`;
}

const notRunning: ReadonlySet<string> = new Set(['silent', 'stopped', 'maintenance', 'failed']);

/** How its sensors go together, where that is news and no open alert says it. */
function behaviourText({ behaviour, openAlerts }: Machine): string {
  if (!behaviour || openAlerts > 0) return '';
  const { learning } = behaviour;
  const said = texts().machine;
  if (learning) return said.behaviourLearnt(learning.days, learning.needed);
  if (behaviour.sinceMs === null) return '';
  const since = dateTime(behaviour.sinceMs);
  const { state, beyond } = behaviour;
  if (state === 'changed') return said.behaviourChanged(since);
  const what = beyond
    ? said.behaviourBeyond(beyond.sensor, number(beyond.value), number(beyond.low), number(beyond.high))
    : said.behaviourOther;
  return said.behaviourSince(what, since);
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** How long it has run: in hours, as people count it, from the first hour on. */
function ranText({ runningS }: Machine): string {
  if (runningS === undefined) return '';
  const hours = runningS / 3_600;
  return hours < 1
    ? texts().machine.ranLittle
    : texts().machine.ran(Math.floor(hours).toLocaleString(locale()));
}

/** A sentence about a machine type that the cloud does not know; null if it does. */
export function unknownTypeText({ machine, type }: Subject): string | null {
  if (type) return null;
  return texts().machine.unknownType(machine.machineType);
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
    resolvedTitle:
      count === 0 ? '' : count === 1 ? texts().machine.resolvedOne : texts().machine.resolvedMany(count),
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
