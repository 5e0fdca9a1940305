/** Words, limits and scales of the charts, apart from how they are drawn. */
import { dayText, hourText, life, monthText, number, time, unit } from '../format.ts';
import type { MachineType } from '../wire.ts';
import { latest } from './series.ts';

/** The colour of a limit by its name in the style sheet. */
export interface Limit {
  value: number;
  color: 'warning' | 'critical';
}

type Values = readonly (number | null)[];

/** Names the value under the pointer with its time; empty if there is no value. `seconds` since 1970. */
export function lifeReadout(
  seconds: number | undefined,
  estimate: { p10?: number | null; p50?: number | null; p90?: number | null },
): string {
  const { p10, p50, p90 } = estimate;
  if (seconds === undefined || p50 === null || p50 === undefined) return '';
  return `${time(seconds * 1_000)}: ${life(p50)} (${life(p10 ?? p50, p50)}–${life(p90 ?? p50, p50)})`;
}

/** The remaining lives at which alerts of this machine type open. */
export function lifeLimits(type: MachineType | null): Limit[] {
  const alerts = (type?.alerts ?? []).filter((alert) => alert.on === 'remaining-life');
  return alerts.map(({ openAt }) => ({ value: openAt, color: 'warning' }));
}

export interface SensorText {
  unit: string;
  description: string | undefined;
  limits: Limit[];
}

/** Reads a sensor's declaration in the machine type. A sensor without one has neither unit nor limits. */
export function sensorText(sensor: string, type: MachineType | null): SensorText {
  const declared = type?.sensors.find(({ name }) => name === sensor);
  const limitAt = (value: number | undefined, color: Limit['color']): Limit[] =>
    value === undefined ? [] : [{ value, color }];
  const limits = [
    ...limitAt(declared?.warn, 'warning'),
    ...limitAt(declared?.alarm, 'critical'),
    ...limitAt(declared?.warnLow, 'warning'),
    ...limitAt(declared?.alarmLow, 'critical'),
  ];
  return { unit: unit(declared?.unit), description: declared?.description, limits };
}

/** The value at `index` with its time, or the latest one without. `xs` are seconds since 1970. */
export function sensorReadout(
  index: number | null,
  xs: readonly number[],
  ys: Values,
  unitText: string,
): { value: string; when: string } {
  const pointed = index === null ? null : (ys[index] ?? null);
  const value = `${number(pointed ?? latest(ys))} ${unitText}`.trim();
  return { value, when: pointed === null || index === null ? '' : time((xs[index] ?? 0) * 1_000) };
}

/** The ends of the vertical axis: a little room around the data; a constant line lies in the middle. */
export function extent(low: number, high: number, fromZero: boolean): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [fromZero ? 0 : low - room, high + room];
}

/** A label of the time axis, as exact as the distance of its labels asks for. */
export function stampText(seconds: number, stepSeconds: number): string {
  const atMs = seconds * 1_000;
  if (stepSeconds >= 28 * 86_400) return monthText(atMs);
  if (stepSeconds >= 86_400) return dayText(atMs);
  return stepSeconds >= 60 ? hourText(atMs) : time(atMs);
}
