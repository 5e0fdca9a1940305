import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { MachineType, Readings } from '../wire.ts';
import { texts } from '../words/words.ts';
import { lifeLimits, lifeReadout } from './chart-model.ts';
import type { Mark } from './marks-model.ts';
import { color, pointsAlone } from './plot.ts';
import { lifeFields, type Range, withBreaks } from './series.ts';
import { usePlot } from './use-plot.ts';

interface Props {
  estimates: Readings;
  range: Range;
  type: MachineType | null;
  marks: readonly Mark[];
  onRange(range: Range): void;
}

/** Remaining life over time: the band p10–p90 with the line p50, and the limits at which alerts open. */
export function LifeChart({ estimates, range, type, marks, onRange }: Props): VNode {
  const [pointed, setPointed] = useState<number | null>(null);
  const words = texts().machine;
  const columns = useMemo(() => {
    const { p10, p50, p90 } = lifeFields(estimates.values);
    return withBreaks(estimates.timesMs, p50, p90, p10);
  }, [estimates]);
  const limits = lifeLimits(type);
  const canvas = usePlot(columns, range, () => ({
    height: 210,
    fromZero: true,
    series: [
      { stroke: color('series'), width: 2, points: { ...pointsAlone, fill: color('series') } },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    ],
    bands: [{ series: [2, 3], fill: color('band') }],
    limits: limits.map((limit) => ({ value: limit.value, color: color(limit.color) })),
    ...{ marks, onPoint: setPointed, onRange },
  }));
  const isEmpty = columns[0].length === 0;
  const at = pointed ?? -1;
  const [x, p50, p90, p10] = columns;
  return (
    <figure class="card chart life-chart">
      <figcaption>
        <span class="chart-name">{texts().fleet.remainingLife}</span>
        <span class="legend">
          <i class="legend-line" />
          p50
        </span>
        <span class="legend">
          <i class="legend-band" />
          p10–p90
        </span>
        <span class="muted">{lifeReadout(x[at], { p10: p10?.[at], p50: p50?.[at], p90: p90?.[at] })}</span>
      </figcaption>
      <div class="chart-canvas" role="img" aria-label={words.lifeOverTime} hidden={isEmpty} ref={canvas} />
      {isEmpty && <p class="muted chart-nothing">{words.noEstimate}</p>}
    </figure>
  );
}
