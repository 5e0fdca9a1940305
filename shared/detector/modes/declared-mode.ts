/** The mode of a machine whose type says which sensor tells it: the value of that sensor, and since when. */
import { modeParameters } from './parameters.ts';

const { pauseMs, pauseSteps, knownMs, provenMs } = modeParameters;
const paceWeight = 0.05;
/** Limit of the values that are remembered: a sensor that has more says recipes or orders, of which none is news. */
const knownMax = 64;
/** So many values that are new within this time are news; of more, a new one is what is usual. */
const newsMax = 3;
const newsMs = 14 * 86_400_000;

export interface SavedMode {
  /** Absent before the first value. */
  code?: number;
  sinceMs: number;
  newestMs: number;
  paceMs: number;
  /** Values that were seen, and when first, the oldest first; empty once they are too many. */
  known: [code: number, firstMs: number][];
  /** 1 once they are too many. */
  isMany?: 1;
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
    made.saved = { ...saved };
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
    if (saved.isMany || saved.known.some(([known]) => known === code)) return;
    if (saved.known.length < knownMax) saved.known = [...saved.known, [code, timeMs]];
    else Object.assign(saved, { known: [], isMany: 1 });
  }

  now(): DeclaredModeNow | null {
    const { code, sinceMs, newestMs } = this.saved;
    if (code === undefined) return null;
    const firstMs = this.firstMsOf(code);
    return { code, sinceMs, isNew: firstMs !== null && newestMs - firstMs < knownMs };
  }

  /** When a value came first, if that was news; null if not. */
  private firstMsOf(code: number): number | null {
    const { known } = this.saved;
    const firstMs = known.find(([each]) => each === code)?.[1];
    if (firstMs === undefined) return null;
    const isLater = (atMs: number) => atMs - known[0]![1] >= provenMs;
    const isBeside = (atMs: number) => isLater(atMs) && atMs <= firstMs && firstMs - atMs < newsMs;
    const beside = known.filter(([, atMs]) => isBeside(atMs)).length;
    return isLater(firstMs) && beside <= newsMax ? firstMs : null;
  }

  save(): SavedMode | null {
    return this.saved.code === undefined ? null : { ...this.saved };
  }
}
