import type { VNode } from 'preact';
import type { Life } from '../wire.ts';
import { lifeModel, shareModel } from './bars-model.ts';

/** A share from 0 to 1 as a bar with its percentage. `highIsBad`: a large share is bad (anomaly, not health). */
export function ShareBar({ share, highIsBad = false }: { share: number | null; highIsBad?: boolean }): VNode {
  const { level, width, text } = shareModel(share, highIsBad);
  return (
    <span class="share">
      <span class="share-track">
        <span class={`share-fill level-${level}`} style={{ width: `${width}%` }} />
      </span>
      <span class="share-text">{text}</span>
    </span>
  );
}

/**
 * Remaining life: the interval p10–p90 as a band, p50 as a mark, and both in figures. `scaleMax`: the life at the bar's
 * right end, the same for all bars that are compared.
 */
export function LifeBar({ remaining, scaleMax }: { remaining: Life | null; scaleMax: number }): VNode {
  const { figure, unit, interval, band } = lifeModel(remaining, scaleMax);
  return (
    <span class="life">
      <span class="life-text">
        <b>{figure}</b>
        <span class="life-unit">{unit}</span>
        <span class="life-interval">{interval}</span>
      </span>
      {band && (
        <span class="life-track">
          <span class="life-band" style={{ left: `${band.left}%`, width: `${band.width}%` }} />
          <span class="life-mark" style={{ left: `${band.mark}%` }} />
        </span>
      )}
    </span>
  );
}
