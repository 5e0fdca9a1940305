/** Formulates reasons about limits for technicians: what is beyond which limit, by how much, how long and since when. */
import type { LimitPolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Limit, limitsOf } from '../../../../shared/domain/limits.ts';
import type { MachineType, Sensor } from '../../../../shared/domain/machine-type.ts';
import { durationText, timeText } from '../../../../shared/words/times.ts';
import { unitAfter } from '../../../../shared/words/units.ts';
import type { AlertInput, PassedLimit } from '../../../ports/decision.ts';
import type { MetLimit } from '../state/limit-track.ts';
import { waitsReason } from './damping-reasons.ts';

/** One is left for the estimate that an alert may also have. */
const sensorsMax = 6;

/** Four digits, because limits are often close to what is normal: 643.4 beside a limit of 643.1. */
function valueText(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) >= 1_000 ? 6 : 4)));
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

function metReason(
  { sensor, side, severity, at, value, sinceMs, away }: MetLimit,
  type: MachineType,
  nowMs: number,
) {
  const unit = unitOf(sensor, type);
  const word = severity === 'critical' ? 'alarm' : 'warning';
  if (away) {
    const now = value === null ? '' : ` ${valueText(value)}${unit}`;
    const back = `${sensor}${now}, back inside the ${word} limit of ${valueText(at)}${unit} since ${timeText(away.sinceMs, nowMs)}`;
    return `${back}; ${waitsReason(away, nowMs)}`;
  }
  const when = `for ${durationText(nowMs - sinceMs)} (since ${timeText(sinceMs, nowMs)})`;
  const limit = `the ${word} limit of ${valueText(at)}${unit}`;
  const isInside = value !== null && (side === 'high' ? value < at : value > at);
  if (value === null || isInside) {
    const now = value === null ? '' : ` ${valueText(value)}${unit},`;
    return `${sensor}${now} not yet back from ${limit}, met ${when}`;
  }
  const place = value === at ? 'at' : side === 'high' ? 'above' : 'below';
  return `${sensor} ${valueText(value)}${unit}, ${place} ${limit} ${when}`;
}

/** One sentence for each sensor beyond a limit, the worst first. */
export function metReasons(met: readonly MetLimit[], type: MachineType, nowMs: number): string[] {
  const said = met.slice(0, sensorsMax).map((limit) => metReason(limit, type, nowMs));
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
  return `${sensor} was ${place} the ${word} limit of ${valueText(at)}${unit} ${span}, ${valueText(value)}${unit} at its farthest`;
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
    const now = sensor ? limitText(sensor, unitOf(name, type)) : 'none';
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
    const { sensor: name, side, at } = limit;
    const unit = unitOf(name, type);
    const value = latestOf(input, name);
    const sensor = type.sensors.find((candidate) => candidate.name === name);
    const warning = sensor && limitsOf(sensor).find((candidate) => candidate.side === side);
    const inner = warning ? warning.backAt : at;
    const isBack = value !== null && (side === 'high' ? value <= inner : value >= inner);
    const now = isBack ? `${name} ${valueText(value)}${unit};` : `${name} is`;
    const { resolveAfterMs } = policy;
    const place = `${side === 'high' ? 'at or below' : 'at or above'} ${valueText(inner)}${unit}`;
    return resolveAfterMs > 0
      ? `${now} ${place} for ${durationText(resolveAfterMs)}`
      : `${now} back ${place}`;
  });
}

const isOnSide = (value: number, side: Limit['side'], at: number) =>
  side === 'high' ? value >= at : value <= at;
