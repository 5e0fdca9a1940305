/** Formulates for technicians what is wrong with a sensor. */
import type { MachineType, Sensor } from '../../../../shared/domain/machine-type.ts';
import { durationText, timeText } from '../../../../shared/words/times.ts';
import { unitAfter } from '../../../../shared/words/units.ts';
import type { SensorFault } from '../../../ports/decision.ts';

/** Sensors that are named; more are not. */
const sensorsMax = 8;

/** One sentence for each sensor that is not well. @param nowMs the time of the newest reading */
export function faultReasons(
  faults: readonly SensorFault[],
  { sensors }: MachineType,
  nowMs: number,
): string[] {
  return faults.slice(0, sensorsMax).map((fault) => {
    const sensor = sensors.find(({ name }) => name === fault.sensor);
    const unit = unitAfter(sensor?.unit ?? '1');
    const { missing, stuck } = fault;
    if (missing) return missingReason(fault.sensor, missing, nowMs);
    if (stuck) return stuckReason(fault, stuck, unit, nowMs);
    return refusedReason(fault, sensor, unit);
  });
}

/** The words for what ends because a person has retired sensors. */
export function retiredReason(sensors: readonly string[]): string {
  const names = sensors.slice(0, sensorsMax).join(', ');
  return sensors.length === 1 ? `${names} was retired` : `${names} were retired`;
}

/** The words for the end of an alert. */
export function wellReason({ missing, stuck }: { missing?: boolean; stuck?: boolean }): string {
  if (missing) return 'Every sensor that was missing is sent again';
  if (stuck) return 'The value of every sensor that was stuck moves again';
  return 'Every sensor sends values again that it can have';
}

function missingReason(
  sensor: string,
  { sinceMs, others }: NonNullable<SensorFault['missing']>,
  nowMs: number,
): string {
  const while_ = others === 1 ? 'one other sensor was' : `${others} other sensors were`;
  return `${sensor} has not been sent since ${timeText(sinceMs, nowMs)}, while ${while_}`;
}

function stuckReason(
  { sensor, value }: SensorFault,
  { sinceMs, longestMs }: NonNullable<SensorFault['stuck']>,
  unit: string,
  nowMs: number,
): string {
  const before = longestMs > 0 ? `for longer than ${durationText(longestMs)}` : 'for two readings in a row';
  const shown = Number((value ?? 0).toPrecision(6));
  return `${sensor} has been exactly ${shown}${unit} since ${timeText(sinceMs, nowMs)}, which it never was ${before}, and other sensors move`;
}

function refusedReason(
  { sensor: name, value, isBeyondAlarm, sent, isBad }: SensorFault,
  sensor: Sensor | undefined,
  unit: string,
) {
  if (isBad) return `${name} sends ${sent ?? `${value}${unit}`}, and says itself that this is bad`;
  if (value === null && sent !== undefined && inAnotherUnit.test(sent))
    return `${name} sends ${sent}, which cannot be converted to the unit${unit} that it has`;
  if (value === null) return `${name} sends ${sent ?? 'something else'} instead of a ${wantedOf(sensor)}`;
  const range = sensor ? ` (${sensor.min} … ${sensor.max}${unit})` : '';
  if (isBeyondAlarm) return `${name} sends ${value}${unit}, beyond what the probe can measure${range}`;
  return `${name} sends ${value}${unit}, a value that it cannot have${range}`;
}

/** A number with a unit, without the quotes of a text. */
const inAnotherUnit = /^[+-]?\d\S* \S/;

const wantedOf = (sensor: Sensor | undefined) =>
  sensor?.kind === 'state' ? 'state that it can have' : 'number';
