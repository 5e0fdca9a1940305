/**
 * The limits of a sensor: a value at or beyond `at` has met the limit, and one at or inside `backAt` has returned from
 * it. Between the two, what was last true goes on.
 */
import { defaultLimitPolicy, type LimitPolicy } from './alert-policy.ts';
import type { MachineType, Sensor } from './machine-type.ts';

export interface Limit {
  side: 'high' | 'low';
  severity: 'warning' | 'critical';
  at: number;
  backAt: number;
}

/** A warning and an alarm limit of one side, which rules need. */
export interface WearRange {
  warn: number;
  alarm: number;
}

const shareOfDistance = 0.1;
const shareOfRange = 0.01;
const shareOfLimit = 0.02;
/** A dead band that is not declared never takes more than this of the room inside the limits, so that each can be left. */
const shareOfRoomMax = 0.25;

interface Side {
  side: Limit['side'];
  warn?: number | undefined;
  alarm?: number | undefined;
}

/** The limits of each side that has any. `warn` and `alarm` are on the low side if alarm is below warn. */
function sidesOf({ warn, alarm, warnLow, alarmLow }: Sensor): Side[] {
  const isFalling = warn !== undefined && alarm !== undefined && alarm < warn;
  const sides: Side[] = [
    { side: isFalling ? 'low' : 'high', warn, alarm },
    { side: 'low', warn: warnLow, alarm: alarmLow },
  ];
  return sides.filter((side) => side.warn !== undefined || side.alarm !== undefined);
}

/**
 * The room in which values are inside the limits of a side: up to the limits of the other side, else to the end of the range. Infinite for a
 * sensor of an open type, which has no range.
 */
function roomOf(wanted: Limit['side'], sides: readonly Side[], { min, max }: Sensor): number {
  const innermost = (of: Limit['side']) => {
    const side = sides.find((candidate) => candidate.side === of);
    return side && (side.warn ?? side.alarm);
  };
  const high = innermost('high') ?? (wanted === 'low' ? max : Number.POSITIVE_INFINITY);
  const low = innermost('low') ?? (wanted === 'high' ? min : Number.NEGATIVE_INFINITY);
  return high - low;
}

/**
 * Dead band of a limit that is alone on its side. A sensor of an open type has no range to take a part of. States and counters have steps and no noise,
 * and their range says nothing of how far they move.
 */
function singleDistance({ min, max, kind }: Sensor, at: number): number {
  if (kind !== undefined) return 0;
  const range = max - min;
  return Number.isFinite(range) ? shareOfRange * range : shareOfLimit * Math.abs(at);
}

const limitsBySensor = new WeakMap<Sensor, readonly Limit[]>();

/**
 * All limits of a sensor, the warning of each side before its alarm; none if it declares none. They are kept for each
 * sensor, because they are asked for with each assessment of each machine.
 */
export function limitsOf(sensor: Sensor): readonly Limit[] {
  const known = limitsBySensor.get(sensor);
  if (known) return known;
  const limits = declaredIn(sensor);
  limitsBySensor.set(sensor, limits);
  return limits;
}

/** The limits of one sensor of a type, and its column. */
export interface LimitedColumn {
  column: number;
  limits: readonly Limit[];
}

const limitedByType = new WeakMap<MachineType, readonly LimitedColumn[]>();

/** The sensors of a type that have limits. Kept for each type: one look-up for each assessment instead of one for each sensor. */
export function limitedColumnsOf(type: MachineType): readonly LimitedColumn[] {
  const known = limitedByType.get(type);
  if (known) return known;
  const limited = [...type.sensors.entries()]
    .map(([column, sensor]) => ({ column, limits: limitsOf(sensor) }))
    .filter(({ limits }) => limits.length > 0);
  limitedByType.set(type, limited);
  return limited;
}

function declaredIn(sensor: Sensor): readonly Limit[] {
  const sides = sidesOf(sensor);
  return sides.flatMap(({ side, warn, alarm }) => {
    const room = Math.max(0, roomOf(side, sides, sensor));
    const distance =
      warn !== undefined && alarm !== undefined
        ? shareOfDistance * Math.abs(alarm - warn)
        : singleDistance(sensor, warn ?? alarm ?? 0);
    const deadBand = Math.min(sensor.deadBand ?? Math.min(distance, shareOfRoomMax * room), room);
    const limit = (severity: Limit['severity'], at: number | undefined): Limit[] =>
      at === undefined
        ? []
        : [{ side, severity, at, backAt: side === 'high' ? at - deadBand : at + deadBand }];
    return [...limit('warning', warn), ...limit('critical', alarm)];
  });
}

/** The sides of a sensor that have both a warning and an alarm limit. */
export function wearRangesOf(sensor: Sensor): WearRange[] {
  return sidesOf(sensor).flatMap(({ warn, alarm }) =>
    warn === undefined || alarm === undefined ? [] : [{ warn, alarm }],
  );
}

/** True if the value is outside the sensor's range, on a side with an alarm limit. */
export function isBeyondAlarmSide(sensor: Sensor, value: number): boolean {
  const isOutside = (side: Limit['side']) => (side === 'high' ? value > sensor.max : value < sensor.min);
  return sidesOf(sensor).some(({ side, alarm }) => alarm !== undefined && isOutside(side));
}

/** Asked several times for each decision about a machine. */
const policies = new WeakMap<MachineType, LimitPolicy | null>();

/** The policy by which limits of a type raise alerts; null if it has no limits, or switches these alerts off. */
export function limitPolicyOf(type: MachineType): LimitPolicy | null {
  const known = policies.get(type);
  if (known !== undefined) return known;
  const { sensors, alerts, limitAlerts } = type;
  const hasLimits = limitAlerts !== false && sensors.some((sensor) => sidesOf(sensor).length > 0);
  const found = hasLimits ? (alerts.find((policy) => policy.on === 'limit') ?? defaultLimitPolicy) : null;
  policies.set(type, found);
  return found;
}
