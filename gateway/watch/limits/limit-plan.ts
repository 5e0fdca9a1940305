import type { LimitPolicy } from '../../../shared/domain/alert-policy.ts';
import { type Limit, limitPolicyOf, limitsOf } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** One sensor with limits. */
export interface LimitedSensor {
  name: string;
  /** As declared, for people. */
  limits: readonly Limit[];
  /** The same limits as 32-bit floats, which is what values are: 6.4 must have met a limit of 6.4. */
  compared: readonly Limit[];
  /** The index of its first limit among those of all sensors. */
  first: number;
}

/** The limits of a machine type, prepared for being compared with each row. */
export interface LimitPlan {
  policy: LimitPolicy;
  sensors: readonly LimitedSensor[];
  /** Number of limits of all sensors. */
  limits: number;
  /** By limited sensor, in rising order of columns: its column, and its innermost limits (infinite where there is none). */
  column: Int32Array;
  /** By limited sensor: 1 if its limits hold at rest too; null if none do. */
  atRest: Uint8Array | null;
  high: Float64Array;
  low: Float64Array;
  /** By limited sensor: a value between these (exclusive) has met none of its limits, and is back from all of them. */
  backBelow: Float64Array;
  backAbove: Float64Array;
}

/** Returns null if no limit of this type raises an alert. */
export function limitPlanOf(type: MachineType): LimitPlan | null {
  const policy = limitPolicyOf(type);
  if (policy === null) return null;
  const sensors: LimitedSensor[] = [];
  const columns: number[] = [];
  let limits = 0;
  type.sensors.forEach((sensor, column) => {
    const declared = limitsOf(sensor);
    if (declared.length === 0) return;
    const compared = declared.map(({ at, backAt, ...limit }) => ({
      ...limit,
      at: Math.fround(at),
      backAt: Math.fround(backAt),
    }));
    sensors.push({ name: sensor.name, limits: declared, compared, first: limits });
    columns.push(column);
    limits += declared.length;
  });
  const innermost = (
    side: Limit['side'],
    choose: (...values: number[]) => number,
    valuesOf: (limit: Limit) => number[],
  ) =>
    Float64Array.from(sensors, ({ compared }) =>
      choose(...compared.filter((limit) => limit.side === side).flatMap(valuesOf)),
    );
  const met = ({ at }: Limit) => [at];
  const metOrBack = ({ at, backAt }: Limit) => [at, backAt];
  return {
    policy,
    sensors,
    limits,
    column: Int32Array.from(columns),
    atRest: type.sensors.some(({ limitsAtRest }) => limitsAtRest)
      ? Uint8Array.from(columns, (column) => Number(type.sensors[column]!.limitsAtRest === true))
      : null,
    high: innermost('high', Math.min, met),
    low: innermost('low', Math.max, met),
    backBelow: innermost('high', Math.min, metOrBack),
    backAbove: innermost('low', Math.max, metOrBack),
  };
}

/** True if the limits of a sensor are the same. */
export function isSame(a: LimitedSensor, b: LimitedSensor): boolean {
  return (
    a.limits.length === b.limits.length &&
    a.limits.every(({ side, severity, at, backAt }, i) => {
      const other = b.limits[i]!;
      return side === other.side && severity === other.severity && at === other.at && backAt === other.backAt;
    })
  );
}

/**
 * Which limits hold at rest too, by limited sensor: 1 if they do; null if none do. Where rest was learnt, nobody has said that the machine rests: so all hold
 * but those of the sensors that show it. @param showing columns of these; null if the type says when it rests
 */
export function holdAtRest(
  { atRest, column }: LimitPlan,
  showing: readonly number[] | null,
): Uint8Array | null {
  if (showing === null) return atRest;
  return Uint8Array.from(column, (each, i) => Number(atRest?.[i] === 1 || !showing.includes(each)));
}
