/** Formulates reasons about limits for technicians: what is beyond which limit, by how much, how long and since when. */
import type { LimitPolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Limit, limitsOf } from '../../../../shared/domain/limits.ts';
import type { MachineType, Sensor } from '../../../../shared/domain/machine-type.ts';
import { durationText, timeText } from '../../../../shared/words/times.ts';
import { unitAfter } from '../../../../shared/words/units.ts';
import type { AlertInput, PassedLimit } from '../../../ports/decision.ts';
import type { MetLimit } from '../state/limit-track.ts';
import { waitsReason } from './damping-reasons.ts';
import { retiredReason } from './fault-reasons.ts';

/** One is left for the estimate that an alert may also have. */
const sensorsMax = 6;

/** Four digits, because limits are often close to what is normal: 643.4 beside a limit of 643.1. */
function valueText(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) >= 1_000 ? 6 : 4)));
}

/** A value as people read it: of a switch or a mode with its word. */
function shownValue(value: number, sensor: string, type: MachineType): string {
  const declared = type.sensors.find(({ name }) => name === sensor);
  const states = declared?.states ?? ['off', 'on'];
  const word = declared?.kind === 'state' ? states[value] : undefined;
  return word === undefined ? `${valueText(value)}${unitOf(sensor, type)}` : `${word} (${value})`;
}

function unitOf(sensor: string, { sensors }: MachineType): string {
  const unit = sensors.find(({ name }) => name === sensor)?.unit ?? '1';
  return unitAfter(unit);
}

/** The newest value in the window; null if there is none. */
export function latestOf({ machine, window, rows }: AlertInput, sensor: string): number | null {
  const { sensors } = machine.type;
  const value = window[(rows - 1) * sensors.length + sensors.findIndex(({ name }) => name === sensor)];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The newest value by which limits are judged, or that of the newest whole row; null if that is an older one. */
export function valueNow(input: AlertInput, name: string): number | null {
  const known = input.limits?.find(({ sensor }) => sensor === name);
  if (known) return known.value;
  // No limit is met or about to be: a value that is beyond one is of a row from before.
  const value = latestOf(input, name);
  const sensor = input.machine.type.sensors.find((each) => each.name === name);
  const limits = sensor ? limitsOf(sensor) : [];
  return value === null || limits.some(({ side, at }) => isOnSide(value, side, at)) ? null : value;
}

/** An alarm limit stays one in words, also when what it has raised is a warning by now. */
function wordOf(
  { sensor, side, severity, at }: Pick<MetLimit, 'sensor' | 'side' | 'severity' | 'at'>,
  { sensors }: MachineType,
): 'alarm' | 'warning' {
  const declared = sensors.find(({ name }) => name === sensor);
  const limit = declared && limitsOf(declared).find((each) => each.side === side && each.at === at);
  return (limit?.severity ?? severity) === 'critical' ? 'alarm' : 'warning';
}

function metReason(
  { sensor, side, severity, at, value, sinceMs, backMs, away }: MetLimit,
  type: MachineType,
  nowMs: number,
  unsentMs: number | undefined,
): string {
  const timeOf = (ms: number) => timeText(ms, nowMs);
  const unit = unitOf(sensor, type);
  const limit = `the ${wordOf({ sensor, side, severity, at }, type)} limit of ${valueText(at)}${unit}`;
  const isOut = value !== null && isOnSide(value, side, at);
  const place = value === at ? 'at' : side === 'high' ? 'above' : 'below';
  const now = value === null ? sensor : `${sensor} ${shownValue(value, sensor, type)}`;
  if (away) {
    const back = `back inside ${limit} since ${timeOf(backMs ?? away.sinceMs)}`;
    // Not for long enough yet to count as its return.
    return isOut
      ? `${now}, ${place} ${limit} again, after it was ${back}`
      : `${now}, ${back}; ${waitsReason(away, nowMs)}`;
  }
  const since = `since ${timeOf(sinceMs)}`;
  // A limit that was met since has a value of since: that the sensor was missing before has only not been told to be over.
  const goneMs = unsentMs !== undefined && unsentMs >= sinceMs ? unsentMs : null;
  const isFor = `${now}, ${place} ${limit} for ${durationText((goneMs ?? nowMs) - sinceMs)} (${since})`;
  if (goneMs !== null && isOut) return `${isFor} when it was last sent; unknown since ${timeOf(goneMs)}`;
  if (isOut) return isFor;
  if (backMs === undefined) return `${now}, not yet back from ${limit}, met ${since}`;
  const lasted = `met for ${durationText(backMs - sinceMs)} (${since})`;
  return `${now}, back inside ${limit} since ${timeOf(backMs)}, and not for long enough yet to end; it was ${lasted}`;
}

/** One sentence for each sensor beyond a limit, the worst first. @param unsentMs since when a sensor is not sent any more */
export function metReasons(
  met: readonly MetLimit[],
  type: MachineType,
  nowMs: number,
  unsentMs: (sensor: string) => number | undefined = () => undefined,
): string[] {
  const said = met.slice(0, sensorsMax).map((limit) => metReason(limit, type, nowMs, unsentMs(limit.sensor)));
  return met.length > sensorsMax
    ? [...said, `${met.length - sensorsMax} more sensors are beyond a limit`]
    : said;
}

/** Says what was beyond its limit, from when to when, in readings that came late. */
export function passedReason(passed: PassedLimit, type: MachineType, nowMs: number): string {
  const { sensor, side, severity, at, value, sinceMs, untilMs } = passed;
  const unit = unitOf(sensor, type);
  const word = severity === 'critical' ? 'alarm' : 'warning';
  const place = side === 'high' ? 'above' : 'below';
  const span = `from ${timeText(sinceMs, nowMs)} to ${timeText(untilMs, nowMs)}`;
  return `${sensor} was ${place} the ${word} limit of ${valueText(at)}${unit} ${span}, ${shownValue(value, sensor, type)} at its farthest`;
}

function limitText(sensor: Sensor, unit: string): string {
  const word = { warning: 'warning', critical: 'alarm' };
  const said = limitsOf(sensor).map(
    ({ side, severity, at }) => `${word[severity]} ${side === 'high' ? 'from' : 'down to'} ${valueText(at)}`,
  );
  return said.length === 0 ? 'none' : `${said.join(', ')}${unit}`;
}

/** Says which limits a person has just changed; empty if none were. */
export function changedReasons({ limitsChanged, machine }: AlertInput): string[] {
  if (!limitsChanged) return [];
  const { type } = machine;
  return limitsChanged.sensors.slice(0, sensorsMax).map((name) => {
    const sensor = type.sensors.find((candidate) => candidate.name === name);
    const now = sensor ? limitText(sensor, unitOf(name, type)) : 'in force once it sends, which it never has';
    return `Limits of ${name} were changed by ${limitsChanged.by}: ${now}`;
  });
}

/** One sentence for each sensor that is inside the limits that it has now. */
export function insideReasons(before: readonly MetLimit[], input: AlertInput): string[] {
  const { type } = input.machine;
  return before.slice(0, sensorsMax).map(({ sensor: name }) => {
    const value = latestOf(input, name);
    const sensor = type.sensors.find((candidate) => candidate.name === name);
    const isBeyond = (limit: Limit) => value !== null && isOnSide(value, limit.side, limit.at);
    // The window has rows that are whole: the value that a limit was judged by may be in none of them yet.
    const isOld = value === null || (sensor !== undefined && limitsOf(sensor).some(isBeyond));
    const now = isOld ? '' : ` ${valueText(value)}${unitOf(name, type)}`;
    return `${name}${now} is inside its limits`;
  });
}

/**
 * One sentence for each sensor that was beyond a limit, with the value that it sends now. One that is not back is of a row from
 * before, and is left out.
 */
export function backReasons(before: readonly MetLimit[], policy: LimitPolicy, input: AlertInput): string[] {
  const { type } = input.machine;
  return before.slice(0, sensorsMax).map((limit) => {
    const { sensor: name, side, at, backMs } = limit;
    if (input.gone?.includes(name)) return retiredReason([name]);
    const unit = unitOf(name, type);
    const value = latestOf(input, name);
    const sensor = type.sensors.find((candidate) => candidate.name === name);
    const warning = sensor && limitsOf(sensor).find((candidate) => candidate.side === side);
    const inner = warning ? warning.backAt : at;
    const isBack = value !== null && (side === 'high' ? value <= inner : value >= inner);
    const now = isBack ? `${name} ${valueText(value)}${unit};` : `${name} is`;
    const { resolveAfterMs } = policy;
    const place = `${side === 'high' ? 'at or below' : 'at or above'} ${valueText(inner)}${unit}`;
    if (resolveAfterMs === 0) return `${now} back ${place}`;
    // It may have been back from the alarm limit for longer.
    const isOfInner = warning === undefined || warning.at === at;
    const since = backMs === undefined || !isOfInner ? '' : ` (since ${timeText(backMs, input.timeMs)})`;
    return `${now} ${place} for ${durationText(resolveAfterMs)}${since}`;
  });
}

const isOnSide = (value: number, side: Limit['side'], at: number) =>
  side === 'high' ? value >= at : value <= at;
