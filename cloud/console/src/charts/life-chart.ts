import { h, setText } from '../dom.ts';
import type { MachineType, Readings } from '../wire.ts';
import { type Limit, lifeLimits, lifeReadout } from './chart-model.ts';
import { color, plot, pointsAlone } from './plot.ts';
import { type Columns, lifeFields, type Range, withBreaks } from './series.ts';

export interface LifeChart {
  element: HTMLElement;
  set(estimates: Readings, range: Range, type: MachineType | null): void;
  dispose(): void;
}

/** Remaining life over time: the band p10–p90 with the line p50, and the limits at which alerts open. */
export function lifeChart(): LifeChart {
  const readout = h('span', { class: 'muted' });
  const canvas = h('div', { class: 'chart-canvas', role: 'img', 'aria-label': 'Remaining life over time' });
  const nothing = h('p', { class: 'muted chart-nothing' }, 'No estimate of remaining life in this range.');
  const element = h(
    'figure',
    { class: 'card chart life-chart' },
    h(
      'figcaption',
      {},
      h('span', { class: 'chart-name' }, 'Remaining life'),
      h('span', { class: 'legend' }, h('i', { class: 'legend-line' }), 'p50'),
      h('span', { class: 'legend' }, h('i', { class: 'legend-band' }), 'p10–p90'),
      readout,
    ),
    canvas,
    nothing,
  );
  let columns: Columns = [[], [], [], []];
  let limits: Limit[] = [];

  const show = (index: number | null) => {
    const at = index ?? -1;
    const [x, p50, p90, p10] = columns;
    setText(readout, lifeReadout(x[at], { p10: p10?.[at], p50: p50?.[at], p90: p90?.[at] }));
  };
  const drawing = plot(canvas, () => ({
    height: 210,
    fromZero: true,
    series: [
      { stroke: color('series'), width: 2, points: { ...pointsAlone, fill: color('series') } },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    ],
    bands: [{ series: [2, 3], fill: color('band') }],
    limits: limits.map((limit) => ({ value: limit.value, color: color(limit.color) })),
    onPoint: show,
  }));
  return {
    element,
    set(estimates, range, type) {
      const { p10, p50, p90 } = lifeFields(estimates.values);
      columns = withBreaks(estimates.timesMs, p50, p90, p10);
      limits = lifeLimits(type);
      const hasEstimates = columns[0].length > 0;
      canvas.hidden = !hasEstimates;
      nothing.hidden = hasEstimates;
      if (hasEstimates) drawing.set(columns, range);
    },
    dispose: drawing.dispose,
  };
}
