/** The evidence that an estimate line carries beside the estimate: what judges the machine, and what is met now. */
import type { Assessment } from '../../../shared/contract/events.ts';
import { stringField, textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { policyLevel } from '../../../shared/domain/alert-policy.ts';
import { type Limit, limitedColumnsOf, limitPolicyOf } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';

type Level = 'critical' | 'warning' | null;

/** In lines levels are numbers, because an older cloud knows no further texts there. */
const numbers = { critical: 2, warning: 1, none: 0 } as const;

const behaviours = { learning: 0, normal: 1, unusual: 2, changed: 3 } as const;

/**
 * How its sensors go together (`behaviour`: 0 learning, 1 normal, 2 unusual, 3 changed), for how many seconds, and of the sensor
 * farthest from what is usual its name, its value, and between which values it would be usual, so that charts can draw the band.
 */
function behaviourFields({ behaviour, onset, beyond = [], timeMs }: AlertInput): string[] {
  const since = behaviour?.sinceMs ?? null;
  const learning = behaviour?.learning;
  const [farthest] = beyond;
  return [
    ...(onset === undefined ? [] : [`onset=${digits(onset)}`]),
    ...(behaviour ? [`behaviour=${behaviours[behaviour.state]}`] : []),
    ...(learning ? [`behaviour_days=${learning.days}`, `behaviour_days_needed=${learning.needed}`] : []),
    ...(since === null ? [] : [`behaviour_s=${Math.max(0, Math.round((timeMs - since) / 1_000))}`]),
    ...(farthest
      ? [
          `unusual=${digits(farthest.level)}`,
          `usual_low=${digits(farthest.low)}`,
          `usual_high=${digits(farthest.high)}`,
          `unusual${textFieldSuffix}=${stringField(farthest.sensor)}`,
        ]
      : []),
  ];
}

/**
 * In which mode it is (`mode`: what a state sensor says, or the number of the level, 0 for one that was never seen before; `modes`: how
 * many levels there are), for how many seconds, and its name; `mode_new` is 1 while it is news.
 */
function modeFields(input: AlertInput): string[] {
  const mode = input.mode?.();
  if (!mode) return [];
  const { number, of, name, sinceMs, isNew } = mode;
  return [
    `mode=${number ?? 0}`,
    ...(of === null ? [] : [`modes=${of}`]),
    `mode_s=${Math.max(0, Math.round((input.timeMs - sinceMs) / 1_000))}`,
    ...(isNew ? ['mode_new=1'] : []),
    `mode${textFieldSuffix}=${stringField(name)}`,
  ];
}

const digits = (value: number): number => Number(value.toPrecision(5));

/** Fields for an estimate line: numbers, and a name as a state's text, since an older cloud knows no other texts. */
export function evidenceFields(input: AlertInput, assessment: Assessment): string[] {
  const { learning, rowMs } = input;
  const { watched, met, now, worst } = limitsNow(input);
  const policies = policyLevel(input.machine.type.alerts, {
    life: assessment.remainingLife?.p50 ?? null,
    anomaly: assessment.anomaly,
    confidence: assessment.confidence,
  });
  return [
    `limits=${watched}`,
    `limits_met=${numbers[met ?? 'none']}`,
    ...(now === met ? [] : [`limits_now=${numbers[now ?? 'none']}`]),
    ...(worst === null ? [] : beyondFields(worst, input.machine.type)),
    `policies_met=${numbers[policies ?? 'none']}`,
    ...(learning ? [`normal_rows=${learning.rows}`, `normal_rows_needed=${learning.needed}`] : []),
    ...behaviourFields(input),
    ...modeFields(input),
    ...(input.evidence ?? []),
    ...(rowMs === undefined ? [] : [`row_s=${Number((rowMs / 1_000).toPrecision(4))}`]),
  ];
}

interface Beyond {
  /** Its place among the sensors of its type. */
  column: number;
  value: number;
  at: number;
  severity: 'critical' | 'warning';
}

/**
 * Limits of sensors that send, and the worst that is met: as alerts see it, with their delays (`met`), or by the newest value (`now`),
 * which is beyond its limit also while nobody is told of it yet, and back inside while its end waits.
 */
function limitsNow({ machine, window, rows, limits = [] }: AlertInput): {
  watched: number;
  met: Level;
  now: Level;
  worst: Beyond | null;
} {
  const { sensors } = machine.type;
  const isTold = limitPolicyOf(machine.type) !== null;
  const newest = (rows - 1) * sensors.length;
  let watched = 0;
  let met: Level = null;
  let worst: Beyond | null = null;
  const meets = (beyond: Beyond) => {
    if (worst === null || (beyond.severity === 'critical' && worst.severity !== 'critical')) worst = beyond;
  };
  if (isTold)
    for (const { sensor, value, met: told } of limits) {
      if (!told) continue;
      met = worseOf(met, told.severity);
      const column = sensors.findIndex(({ name }) => name === sensor);
      // A sensor that has sent nothing since the start counts as it was told.
      if (value === null || isBeyond(told, value))
        meets({ column, value: value ?? Number.NaN, at: told.at, severity: told.severity });
    }
  for (const { column, limits: declared } of limitedColumnsOf(machine.type)) {
    const value = window[newest + column];
    if (value === undefined || Number.isNaN(value)) continue;
    watched += declared.length;
    for (const limit of declared)
      if (isBeyond(limit, value)) meets({ column, value, at: limit.at, severity: limit.severity });
  }
  const found = worst as Beyond | null;
  const now = found?.severity ?? null;
  return { watched, met: worseOf(met, now), now, worst: found };
}

/** Values are 32-bit floats. */
function isBeyond({ side, at }: Pick<Limit, 'side' | 'at'>, value: number): boolean {
  return side === 'high' ? value >= Math.fround(at) : value <= Math.fround(at);
}

const worseOf = (a: Level, b: Level): Level => (a === 'critical' || b === null ? a : b);

/** With name and unit of the sensor: the cloud may not know the type, and the sensors of an open type are each machine's own. */
function beyondFields({ column, value, at }: Beyond, { sensors }: MachineType): string[] {
  const sensor = sensors[column];
  if (!sensor || !Number.isFinite(value)) return [];
  const text = (name: string, said: string) => `beyond_${name}${textFieldSuffix}=${stringField(said)}`;
  return [
    ...[`beyond_sensor=${column}`, `beyond_value=${Number(value.toPrecision(4))}`, `beyond_at=${at}`],
    text('sensor', sensor.name),
    ...(sensor.unit === '1' ? [] : [text('unit', sensor.unit)]),
  ];
}
