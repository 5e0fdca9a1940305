/** The rules of the configuration, in the terms of the store. */
import { eventMeasurements } from '../../../shared/domain/machine-type.ts';
import type { MeasurementRule, RetentionRules, StoreSpace } from '../../ports/retention/store-retention.ts';
import type { RetentionConfig } from './config.ts';

const dayMs = 86_400_000;

/** @param space what the store says of its disk; null if nothing */
export function rulesOf(config: RetentionConfig, space: StoreSpace | null): RetentionRules {
  const own = new Map(config.measurements.map((rule) => [rule.name, rule]));
  const boundBytes = boundOf(config, space);
  return {
    ruleOf(measurement): MeasurementRule {
      const { keepDays, thinAfterDays, thinToS } = { ...config, ...own.get(measurement) };
      const isThinned = thinAfterDays > 0 && !eventMeasurements.has(measurement); // events are kept whole
      return {
        keepMs: keepDays > 0 ? keepDays * dayMs : null,
        thin: isThinned ? { afterMs: thinAfterDays * dayMs, widthMs: thinToS * 1_000 } : null,
      };
    },
    bound: boundBytes === null ? null : { bytesMax: boundBytes, whenFull: config.whenFull },
  };
}

export function boundOf(
  { bytesMax, diskShareMax }: Pick<RetentionConfig, 'bytesMax' | 'diskShareMax'>,
  space: StoreSpace | null,
): number | null {
  if (bytesMax !== undefined) return bytesMax;
  return space && Math.floor(space.diskSizeBytes * diskShareMax);
}

/** The shortest age in ms at which something is deleted or thinned; null if nothing is. */
export function shortestAgeMs({ measurements, ...all }: RetentionConfig): number | null {
  const days = [all, ...measurements].flatMap(({ keepDays = 0, thinAfterDays = 0 }) => [
    keepDays,
    thinAfterDays,
  ]);
  const set = days.filter((count) => count > 0);
  return set.length === 0 ? null : Math.min(...set) * dayMs;
}
