/** Which span of time a machine's charts show, what is fetched for it and when, and in which order sensors come. */
import type { Range } from '../../charts/series.ts';
import { dateTime } from '../../format.ts';
import type { Machine, MachineType, Readings, ReadingsQuery } from '../../wire.ts';

export const spans = [
  { label: '15 min', ms: 15 * 60_000 },
  { label: '1 h', ms: 3_600_000 },
  { label: '6 h', ms: 6 * 3_600_000 },
  { label: '24 h', ms: 86_400_000 },
  { label: '7 d', ms: 7 * 86_400_000 },
  { label: '30 d', ms: 30 * 86_400_000 },
] as const;

/** Ends at the last reading and not now: of a silent machine, its last readings are what matters. */
export function rangeOf(machine: Machine, spanMs: number): Range {
  const toMs = Math.floor(machine.lastSeenMs) + 1;
  return { fromMs: toMs - spanMs, toMs };
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

/** Readings are fetched at most once in this time, however fast they come in. */
const refreshMs = 3_000;

/** Decides when readings are fetched, and which answer may be shown. Times are monotonic. */
export class ChartFetches {
  #number = 0;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  /** Time of the last reading that is on the charts. */
  #shownMs = Number.NEGATIVE_INFINITY;

  /** Whether the machine has reported since, and the last fetch is long enough ago. */
  isDue(lastSeenMs: number, nowMs: number): boolean {
    return lastSeenMs !== this.#shownMs && nowMs - this.#fetchedAt > refreshMs;
  }

  /** Notes that a fetch begins. Its number goes with its answer. */
  begin(nowMs: number): number {
    this.#fetchedAt = nowMs;
    return ++this.#number;
  }

  /** Whether an answer may be shown: only that of the newest fetch, as answers may arrive in another order. */
  succeed(number: number, lastSeenMs: number): boolean {
    if (number !== this.#number) return false;
    this.#shownMs = lastSeenMs;
    return true;
  }

  /** Whether a failure may be shown. The next fetch is then due even if the machine does not report any more. */
  fail(number: number): boolean {
    if (number !== this.#number) return false;
    this.#shownMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** From now on no answer may be shown. */
  stop(): void {
    this.#number = Number.POSITIVE_INFINITY;
  }
}
