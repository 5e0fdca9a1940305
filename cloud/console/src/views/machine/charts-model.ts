/** Which span of time a machine's charts show, what is fetched for it and when, and in which order sensors come. */
import { type SpanName, spans } from '../../charts/range-model.ts';
import type { Range } from '../../charts/series.ts';
import { dateTime } from '../../format.ts';
import type { Machine, MachineType, Readings, ReadingsQuery } from '../../wire.ts';

/** The span that was chosen last: it is kept when another machine is opened. */
export const chosenSpan: { current: SpanName } = { current: 'minutes15' };

/** A span ends at the last reading and not now: of a silent machine, its last readings are what matters. */
export function rangeOf(machine: Machine, wanted: SpanName | Range): Range {
  if (typeof wanted !== 'string') return wanted;
  const toMs = Math.floor(machine.lastSeenMs) + 1;
  return { fromMs: toMs - spans[wanted], toMs };
}

/** Readings are fetched at most once in this time, however fast they come in; of long spans less often. */
const refreshMs = 3_000;

/** Changes when charts have to be fetched again: a chosen range stays as it is, a span follows the last reading. */
export function dueKey(
  { gateway, site, machine, lastSeenMs }: Machine,
  wanted: SpanName | Range,
  nowMs: number,
): string {
  const of = `${gateway}/${site}/${machine}`;
  if (typeof wanted !== 'string') return `${of} ${wanted.fromMs} ${wanted.toMs}`;
  const stepMs = Math.max(refreshMs, spans[wanted] / 1_000);
  // The last readings of a machine that has fallen silent are fetched too.
  const isQuiet = nowMs - lastSeenMs > stepMs;
  return `${of} ${wanted} ${isQuiet ? lastSeenMs : Math.floor(lastSeenMs / stepMs)}`;
}

export function rangeText({ fromMs, toMs }: Range): string {
  return `${dateTime(fromMs)} – ${dateTime(toMs)}`;
}

/** The life chart is wider than those of the sensors, so it gets more points. */
export function queriesOf(
  { gateway, site, machine }: Machine,
  { fromMs, toMs }: Range,
): { estimates: ReadingsQuery; readings: ReadingsQuery } {
  const query = { gateway, site, machine, from: fromMs, to: toMs };
  return {
    estimates: { ...query, measurement: 'estimate', points: 600 },
    readings: { ...query, points: 300 },
  };
}

/** In the order in which the machine type declares them; undeclared sensors follow by name. */
export function sensorOrder(names: readonly string[], type: MachineType | null): string[] {
  const declared = type?.sensors.map(({ name }) => name) ?? [];
  const rank = (name: string) => (declared.includes(name) ? declared.indexOf(name) : declared.length);
  return [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/**
 * The sensors that get a chart: those that its type declares, and those with a value. A store may have columns of other
 * machines of an open type.
 */
export function sensorsOf(
  { values, states }: Pick<Readings, 'values' | 'states'>,
  type: MachineType | null,
): string[] {
  const declared = new Set(type?.sensors.map(({ name }) => name));
  const all = new Set([...Object.keys(values), ...Object.keys(states)]);
  const names = [...all].filter(
    (name) => declared.has(name) || states[name] || values[name]?.some((value) => value !== null),
  );
  return sensorOrder(names, type);
}

/** The readings of charts as CSV: a row for each time, a column for each sensor. */
export function csvOf({ timesMs, values }: Pick<Readings, 'timesMs' | 'values'>): string {
  const names = Object.keys(values);
  const rows = timesMs.map((timeMs, i) =>
    [new Date(timeMs).toISOString(), ...names.map((name) => values[name]?.[i] ?? '')].join(','),
  );
  return `${[['time', ...names].map(quoted).join(','), ...rows].join('\r\n')}\r\n`;
}

/** A name that a spreadsheet would read as a formula or as two cells stays a name. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_. -]+$/.test(text) && !text.startsWith('-') ? text : `"${text.replaceAll('"', '""')}"`;
}
