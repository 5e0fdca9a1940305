/** The figures and widths of the bars that show a share or a remaining life. Positions are percentages of the track. */
import { life, percent, unit } from '../format.ts';
import type { Life } from '../wire.ts';
import { texts } from '../words/words.ts';

export type Level = 'good' | 'middling' | 'bad' | 'none';

export interface ShareModel {
  level: Level;
  width: number;
  text: string;
}

/** `highIsBad`: a large share is bad (anomaly); otherwise a small one is (health). Null: not known. */
export function shareModel(share: number | null, highIsBad: boolean): ShareModel {
  return { level: levelOf(share, highIsBad), width: (share ?? 0) * 100, text: percent(share) };
}

function levelOf(share: number | null, highIsBad: boolean): Level {
  if (share === null) return 'none';
  const goodness = highIsBad ? 1 - share : share;
  if (goodness < 0.25) return 'bad';
  return goodness < 0.5 ? 'middling' : 'good';
}

export interface LifeModel {
  figure: string;
  unit: string;
  interval: string;
  /** Null hides the track. `mark` is the median's position. */
  band: { left: number; width: number; mark: number } | null;
}

/** `scaleMax`: the life at the right end of the track, above 0. Longer lives are drawn up to that end. */
export function lifeModel(remaining: Life | null, scaleMax: number): LifeModel {
  if (remaining === null) return { figure: '–', unit: texts().frame.notKnown, interval: '', band: null };
  const { p10, p50, p90 } = remaining;
  const at = (value: number) => Math.min(100, (value / scaleMax) * 100);
  return {
    figure: life(p50),
    unit: ` ${unit(remaining.unit)}`,
    interval: ` ${life(p10, p50)}–${life(p90, p50)}`,
    // A band of no width would be invisible.
    band: { left: at(p10), width: Math.max(0.5, at(p90) - at(p10)), mark: at(p50) },
  };
}
