import { h, setText } from '../dom.ts';
import { life, time } from '../format.ts';
import type { MachineType, Readings } from '../wire.ts';
import { color, plot, type Range } from './plot.ts';
import { type Columns, lifeFields, withBreaks } from './series.ts';

export interface LifeChart {
  element: HTMLElement;
  set(estimates: Readings, range: Range, type: MachineType | null): void;
  dispose(): void;
}

/** Remaining life over time: the band p10–p90 with the line p50, and where an alert would open. */
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
  let thresholds: number[] = [];

  const show = (index: number | null) => {
    const [x, p50, p90, p10] = columns;
    const middle = index === null ? null : p50?.[index];
    if (index === null || middle === null || middle === undefined) return setText(readout, '');
    const ends = `${life(p10?.[index] ?? middle, middle)}–${life(p90?.[index] ?? middle, middle)}`;
    setText(readout, `${time((x[index] ?? 0) * 1_000)}: ${life(middle)} (${ends})`);
  };
  const drawing = plot(canvas, () => ({
    height: 210,
    fromZero: true,
    series: [
      { stroke: color('series'), width: 2, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    ],
    bands: [{ series: [2, 3], fill: color('band') }],
    limits: thresholds.map((value) => ({ value, color: color('warning') })),
    onPoint: show,
  }));
  return {
    element,
    set(estimates, range, type) {
      const { p10, p50, p90 } = lifeFields(estimates.values);
      columns = withBreaks(estimates.timesMs, p50, p90, p10);
      thresholds = (type?.alerts ?? [])
        .filter(({ on }) => on === 'remaining-life')
        .map(({ openAt }) => openAt);
      const some = columns[0].length > 0;
      canvas.hidden = !some;
      nothing.hidden = some;
      if (some) drawing.set(columns, range);
    },
    dispose: drawing.dispose,
  };
}
