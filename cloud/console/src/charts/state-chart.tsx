import type { VNode } from 'preact';
import { time } from '../format.ts';
import { texts } from '../words/words.ts';
import { sensorText } from './chart-model.ts';
import type { SensorChartProps } from './sensor-chart.tsx';
import { bandsOf } from './state-bands.ts';

type Props = Pick<SensorChartProps, 'sensor' | 'readings' | 'range' | 'type'>;

/** One state: name, latest text, and a band for each time that it was the same. */
export function StateChart({ sensor, readings, range, type }: Props): VNode {
  const bands = bandsOf(sensor, readings, type, range);
  const latest = bands.at(-1)?.text ?? '–';
  return (
    <figure class="card chart">
      <figcaption>
        <span class="chart-name" title={sensorText(sensor, type).description}>
          {sensor}
        </span>
        <b class="chart-value">{latest}</b>
      </figcaption>
      <svg class="bands" role="img" aria-label={texts().machine.latest(sensor, latest)}>
        {bands.map(({ text, fromMs, toMs, left, width, color }) => (
          // A text that is longer than its band is cut off, and is shown under the pointer.
          <svg key={fromMs} x={`${100 * left}%`} width={`${100 * width}%`} height="100%">
            <title>{`${text}: ${time(fromMs)} – ${time(toMs)}`}</title>
            <rect class={`state-band state-band-${color}`} width="100%" height="100%" />
            <text x="4" y="68%">
              {text}
            </text>
          </svg>
        ))}
      </svg>
    </figure>
  );
}
