import { h, setText } from '../dom.ts';
import type { MachineType, Readings } from '../wire.ts';
import { sensorReadout, sensorText } from './chart-model.ts';
import { color, plot, pointsAlone } from './plot.ts';
import { type Range, withBreaks } from './series.ts';

export interface SensorChart {
  element: HTMLElement;
  set(readings: Readings, range: Range): void;
  dispose(): void;
}

/** One sensor: name, latest value (or the one under the pointer), a line, and the limits of its type. */
export function sensorChart(sensor: string, type: MachineType | null): SensorChart {
  const { unit, description, limits } = sensorText(sensor, type);
  const value = h('b', { class: 'chart-value' });
  const when = h('span', { class: 'muted chart-when' });
  const canvas = h('div', { class: 'chart-canvas', role: 'img' });
  const element = h(
    'figure',
    { class: 'card chart' },
    h('figcaption', {}, h('span', { class: 'chart-name', title: description }, sensor), when, value),
    canvas,
  );
  let x: number[] = [];
  let y: (number | null)[] = [];

  const show = (index: number | null) => {
    const readout = sensorReadout(index, x, y, unit);
    setText(value, readout.value);
    setText(when, readout.when);
  };
  const drawing = plot(canvas, () => ({
    height: 128,
    fromZero: false,
    series: [{ stroke: color('series'), width: 1.5, points: { ...pointsAlone, fill: color('series') } }],
    limits: limits.map((limit) => ({ value: limit.value, color: color(limit.color) })),
    onPoint: show,
  }));
  return {
    element,
    set(readings, range) {
      const columns = withBreaks(readings.timesMs, readings.values[sensor] ?? []);
      [x, y = []] = columns;
      drawing.set(columns, range);
      show(null);
      canvas.setAttribute('aria-label', `${sensor}: latest ${sensorReadout(null, x, y, unit).value}`);
    },
    dispose: drawing.dispose,
  };
}
