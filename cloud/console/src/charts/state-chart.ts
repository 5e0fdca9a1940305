import { fill, h, setText, svg } from '../dom.ts';
import { time } from '../format.ts';
import type { MachineType } from '../wire.ts';
import { sensorText } from './chart-model.ts';
import type { SensorChart } from './sensor-chart.ts';
import { type Band, bandsOf } from './state-bands.ts';

/** One state: name, latest text, and a band for each time that it was the same. */
export function stateChart(sensor: string, type: MachineType | null): SensorChart {
  const { description } = sensorText(sensor, type);
  const value = h('b', { class: 'chart-value' });
  const bands = svg('svg', { class: 'bands', role: 'img' });
  const element = h(
    'figure',
    { class: 'card chart' },
    h('figcaption', {}, h('span', { class: 'chart-name', title: description }, sensor), value),
    bands,
  );
  return {
    element,
    set(readings, range) {
      const found = bandsOf(sensor, readings, type, range);
      fill(bands, ...found.map(drawn));
      const latest = found.at(-1)?.text ?? '–';
      setText(value, latest);
      bands.setAttribute('aria-label', `${sensor}: latest ${latest}`);
    },
    dispose() {},
  };
}

/** A text that is longer than its band is cut off, and is shown under the pointer. */
function drawn({ text, fromMs, toMs, left, width, color }: Band): SVGElement {
  return svg(
    'svg',
    { x: `${100 * left}%`, width: `${100 * width}%`, height: '100%' },
    svg('title', {}, `${text}: ${time(fromMs)} – ${time(toMs)}`),
    svg('rect', { class: `state-band state-band-${color}`, width: '100%', height: '100%' }),
    svg('text', { x: 4, y: '68%' }, text),
  );
}
