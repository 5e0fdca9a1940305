import { h, setClass, setText } from '../dom.ts';
import type { Life } from '../wire.ts';
import { lifeModel, shareModel } from './bars-model.ts';

export interface ShareBar {
  element: HTMLElement;
  set(share: number | null): void;
}

/** A share from 0 to 1 as a bar with its percentage. `highIsBad`: a large share is bad (anomaly, not health). */
export function shareBar(highIsBad = false): ShareBar {
  const inner = h('span');
  const text = h('span', { class: 'share-text' });
  const element = h('span', { class: 'share' }, h('span', { class: 'share-track' }, inner), text);
  return {
    element,
    set(share) {
      const model = shareModel(share, highIsBad);
      setClass(inner, `share-fill level-${model.level}`);
      inner.style.width = `${model.width}%`;
      setText(text, model.text);
    },
  };
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
  const interval = h('span', { class: 'life-interval' });
  const track = h('span', { class: 'life-track' }, band, mark);
  const element = h(
    'span',
    { class: 'life' },
    h('span', { class: 'life-text' }, figure, unitText, interval),
    track,
  );
  return {
    element,
    set(remaining, scaleMax) {
      const model = lifeModel(remaining, scaleMax);
      track.hidden = model.band === null;
      setText(figure, model.figure);
      setText(unitText, model.unit);
      setText(interval, model.interval);
      if (model.band === null) return;
      band.style.left = `${model.band.left}%`;
      band.style.width = `${model.band.width}%`;
      mark.style.left = `${model.band.mark}%`;
    },
  };
}
