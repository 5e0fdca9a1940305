/** The mode of a machine whose type says which sensor tells it: the value of that sensor, and since when. */
import { modeParameters } from './parameters.ts';

const { pauseMs, pauseSteps, knownMs, provenMs } = modeParameters;
const paceWeight = 0.05;
/** Limit of the values that are remembered: the oldest are forgotten. */
const knownMax = 32;

export interface SavedMode {
  /** Absent before the first value. */
  code?: number;
  sinceMs: number;
  newestMs: number;
  paceMs: number;
  /** Values that were seen, and when first, the oldest first. */
  known: [code: number, firstMs: number][];
}

export interface DeclaredModeNow {
  /** Newest value of the sensor. */
  code: number;
  sinceMs: number;
  /** It has said so for the first time within the last two hours, and is known for a day. */
  isNew: boolean;
}

export class DeclaredMode {
  private saved: SavedMode = { sinceMs: Number.NaN, newestMs: Number.NaN, paceMs: 0, known: [] };

  /** @param saved by an earlier run */
  static restored(saved: SavedMode): DeclaredMode {
    const made = new DeclaredMode();
    made.saved = { ...saved, known: saved.known.slice(-knownMax) };
    return made;
  }

  /** @param code NaN: the row does not say */
  take(code: number, timeMs: number): void {
    const { saved } = this;
    if (!Number.isFinite(code)) return;
    const passedMs = timeMs - saved.newestMs;
    const isPause = passedMs < 0 || passedMs > Math.max(pauseMs, pauseSteps * saved.paceMs);
    if (passedMs >= 0) saved.paceMs += paceWeight * (passedMs - saved.paceMs);
    saved.newestMs = timeMs;
    if (code === saved.code && !isPause) return;
    saved.code = code;
    saved.sinceMs = timeMs;
    if (saved.known.some(([known]) => known === code)) return;
    saved.known = [...saved.known, [code, timeMs] as [number, number]].slice(-knownMax);
  }

  now(): DeclaredModeNow | null {
    const { code, sinceMs, newestMs, known } = this.saved;
    if (code === undefined) return null;
    const firstMs = known.find(([each]) => each === code)?.[1] ?? sinceMs;
    const isFirst = firstMs - (known[0]?.[1] ?? firstMs) < provenMs;
    return { code, sinceMs, isNew: !isFirst && newestMs - firstMs < knownMs };
  }

  save(): SavedMode | null {
    return this.saved.code === undefined ? null : { ...this.saved };
  }
}
