import { h, setClass, setText } from '../dom.ts';
import { life, percent, unit } from '../format.ts';
import type { Life } from '../wire.ts';

export interface ShareBar {
  element: HTMLElement;
  set(share: number | null): void;
}

type Level = 'good' | 'middling' | 'bad' | 'none';

function levelOf(share: number, badHigh: boolean): Level {
  const goodness = badHigh ? 1 - share : share;
  if (goodness < 0.25) return 'bad';
  return goodness < 0.5 ? 'middling' : 'good';
}

/** A share of 1 as a bar with its percentage. `badHigh`: much of it is bad (anomaly), otherwise little is (health). */
export function shareBar(badHigh = false): ShareBar {
  const inner = h('span');
  const text = h('span', { class: 'share-text' });
  const element = h('span', { class: 'share' }, h('span', { class: 'share-track' }, inner), text);
  return {
    element,
    set(share) {
      setClass(inner, `share-fill level-${share === null ? 'none' : levelOf(share, badHigh)}`);
      inner.style.width = `${(share ?? 0) * 100}%`;
      setText(text, percent(share));
    },
  };
}

function interval({ p10, p50, p90 }: Life): string {
  return `${life(p10, p50)}–${life(p90, p50)}`;
}

export interface LifeBar {
  element: HTMLElement;
  /** `scaleMax`: the life at the bar's right end, the same for all bars that are compared. */
  set(remaining: Life | null, scaleMax: number): void;
}

/** Remaining life: the interval p10–p90 as a band, p50 as a mark, and both in figures. */
export function lifeBar(): LifeBar {
  const band = h('span', { class: 'life-band' });
  const mark = h('span', { class: 'life-mark' });
  const figure = h('b');
  const unitText = h('span', { class: 'life-unit' });
  const ends = h('span', { class: 'life-interval' });
  const track = h('span', { class: 'life-track' }, band, mark);
  const element = h(
    'span',
    { class: 'life' },
    h('span', { class: 'life-text' }, figure, unitText, ends),
    track,
  );
  return {
    element,
    set(remaining, scaleMax) {
      track.hidden = remaining === null;
      setText(figure, remaining === null ? '–' : life(remaining.p50));
      setText(unitText, remaining === null ? ' not known' : ` ${unit(remaining.unit)}`);
      setText(ends, remaining === null ? '' : ` ${interval(remaining)}`);
      if (remaining === null) return;
      const at = (value: number) => Math.min(100, (value / scaleMax) * 100);
      band.style.left = `${at(remaining.p10)}%`;
      band.style.width = `${Math.max(0.5, at(remaining.p90) - at(remaining.p10))}%`;
      mark.style.left = `${at(remaining.p50)}%`;
    },
  };
}
