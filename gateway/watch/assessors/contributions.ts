import type { Contribution } from '../../../shared/contract/events.ts';
import type { AlertInput } from '../../ports/decision.ts';

/** As many as an assessment may have. */
export const contributionsMax = 8;

/** Returns a sensor's newest value in the window; null if it has never sent one. */
export function latestValue(input: AlertInput, column: number): number | null {
  const columns = input.window.length / input.rows;
  const value = input.window[(input.rows - 1) * columns + column]!;
  return Number.isFinite(value) ? value : null;
}

/**
 * Converts weights per sensor to contributions: the largest ones, as shares that add up to 1. Weights ≤ 0 speak against
 * a failure and are omitted.
 */
export function contributionsOf(input: AlertInput, weights: ArrayLike<number>): Contribution[] {
  const { sensors } = input.machine.type;
  const largest = sensors
    .map((sensor, column) => ({ sensor, column, weight: weights[column] ?? 0 }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, contributionsMax);
  const sum = largest.reduce((total, { weight }) => total + weight, 0);
  return largest.map(({ sensor, column, weight }) => ({
    sensor: sensor.name,
    share: Math.min(1, weight / sum),
    value: latestValue(input, column),
    ...unitOf(sensor),
  }));
}

/** The unit of a sensor, as a part of its contribution; nothing for a pure number. */
export function unitOf(sensor: { unit: string } | undefined): { unit?: string } {
  return sensor === undefined || sensor.unit === '1' || sensor.unit === '' ? {} : { unit: sensor.unit };
}
