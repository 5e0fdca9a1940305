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
  const largest: number[] = [];
  for (let column = 0; column < sensors.length; column++) if (weights[column]! > 0) largest.push(column);
  largest.sort((a, b) => weights[b]! - weights[a]!);
  if (largest.length > contributionsMax) largest.length = contributionsMax;
  let sum = 0;
  for (const column of largest) sum += weights[column]!;
  return largest.map((column) => {
    const sensor = sensors[column]!;
    const share = Math.min(1, weights[column]! / sum);
    const value = latestValue(input, column);
    return hasUnit(sensor)
      ? { sensor: sensor.name, share, value, unit: sensor.unit }
      : { sensor: sensor.name, share, value };
  });
}

/** The unit of a sensor, as a part of its contribution; nothing for a pure number. */
export function unitOf(sensor: { unit: string } | undefined): { unit?: string } {
  return sensor !== undefined && hasUnit(sensor) ? { unit: sensor.unit } : {};
}

const hasUnit = ({ unit }: { unit: string }) => unit !== '1' && unit !== '';
