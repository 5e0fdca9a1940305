import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { MachineType, Readings } from '../wire.ts';
import { texts } from '../words/words.ts';
import { sensorReadout, sensorText } from './chart-model.ts';
import type { Mark } from './marks-model.ts';
import { color, pointsAlone } from './plot.ts';
import { type Range, withBreaks } from './series.ts';
import { usePlot } from './use-plot.ts';

export interface SensorChartProps {
  sensor: string;
  readings: Readings;
  range: Range;
  type: MachineType | null;
  marks: readonly Mark[];
  onRange(range: Range): void;
}

/** One sensor: name, latest value (or the one under the pointer), a line, and the limits of its type. */
export function SensorChart({ sensor, readings, range, type, marks, onRange }: SensorChartProps): VNode {
  const [pointed, setPointed] = useState<number | null>(null);
  const { unit, description, limits } = sensorText(sensor, type);
  const columns = useMemo(
    () => withBreaks(readings.timesMs, readings.values[sensor] ?? []),
    [readings, sensor],
  );
  const [x, y = []] = columns;
  const canvas = usePlot(columns, range, () => ({
    height: 128,
    fromZero: false,
    series: [{ stroke: color('series'), width: 1.5, points: { ...pointsAlone, fill: color('series') } }],
    limits: limits.map((limit) => ({ value: limit.value, color: color(limit.color) })),
    ...{ marks, onPoint: setPointed, onRange },
  }));
  const { value, when } = sensorReadout(pointed, x, y, unit);
  return (
    <figure class="card chart">
      <figcaption>
        <span class="chart-name" title={description}>
          {sensor}
        </span>
        <span class="muted chart-when">{when}</span>
        <b class="chart-value">{value}</b>
      </figcaption>
      <div
        class="chart-canvas"
        role="img"
        aria-label={texts().machine.latest(sensor, sensorReadout(null, x, y, unit).value)}
        ref={canvas}
      />
    </figure>
  );
}
