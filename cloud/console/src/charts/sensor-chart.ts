import { h, setText } from '../dom.ts';
import { number, time, unit } from '../format.ts';
import type { MachineType, Readings } from '../wire.ts';
import { color, plot, type Range } from './plot.ts';
import { latest, withBreaks } from './series.ts';

export interface SensorChart {
  element: HTMLElement;
  set(readings: Readings, range: Range): void;
  dispose(): void;
}

/** One sensor: name, latest value (or the one under the pointer), a line, and the limits of its type. */
export function sensorChart(sensor: string, type: MachineType | null): SensorChart {
  const declared = type?.sensors.find(({ name }) => name === sensor);
  const unitText = unit(declared?.unit);
  const value = h('b', { class: 'chart-value' });
  const when = h('span', { class: 'muted chart-when' });
  const canvas = h('div', { class: 'chart-canvas', role: 'img' });
  const element = h(
    'figure',
    { class: 'card chart' },
    h(
      'figcaption',
      {},
      h('span', { class: 'chart-name', title: declared?.description }, sensor),
      when,
      value,
    ),
    canvas,
  );
  let x: number[] = [];
  let y: (number | null)[] = [];

  const show = (index: number | null) => {
    const pointed = index === null ? null : (y[index] ?? null);
    setText(value, `${number(pointed ?? latest(y))} ${unitText}`.trim());
    setText(when, pointed === null || index === null ? '' : time((x[index] ?? 0) * 1_000));
  };
  const drawing = plot(canvas, () => ({
    height: 128,
    fromZero: false,
    series: [{ stroke: color('series'), width: 1.5, points: { show: false } }],
    limits: [
      ...(declared?.warn === undefined ? [] : [{ value: declared.warn, color: color('warning') }]),
      ...(declared?.alarm === undefined ? [] : [{ value: declared.alarm, color: color('critical') }]),
    ],
    onPoint: show,
  }));
  return {
    element,
    set(readings, range) {
      const columns = withBreaks(readings.timesMs, readings.values[sensor] ?? []);
      [x, y = []] = columns;
      drawing.set(columns, range);
      show(null);
      canvas.setAttribute('aria-label', `${sensor}: latest ${number(latest(y))} ${unitText}`.trim());
    },
    dispose: drawing.dispose,
  };
}
