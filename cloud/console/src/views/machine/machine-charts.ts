import { api } from '../../api.ts';
import { failureText } from '../../api-failure.ts';
import { lifeChart } from '../../charts/life-chart.ts';
import { type SensorChart, sensorChart } from '../../charts/sensor-chart.ts';
import type { Range } from '../../charts/series.ts';
import { isState } from '../../charts/state-bands.ts';
import { stateChart } from '../../charts/state-chart.ts';
import { arrange, fill, h, setText } from '../../dom.ts';
import { failure } from '../../parts/empty.ts';
import type { MachineType, Readings } from '../../wire.ts';
import { ChartFetches, queriesOf, rangeOf, rangeText, sensorsOf } from './charts-model.ts';
import type { Subject } from './machine-model.ts';
import { rangePicker } from './range-picker.ts';

/** One machine's remaining life and sensors over time. `subject` returns its newest state, or null until it is known. */
export function machineCharts(subject: () => Subject | null) {
  const problem = h('div');
  const shownRange = h('span', { class: 'muted' });
  const life = lifeChart();
  const grid = h('div', { class: 'chart-grid' });
  const noReading = h('p', { class: 'muted' }, 'No reading in this range.');
  const charts = new Map<string, SensorChart>();
  /** A sensor may turn out to be a state, or none. */
  const drawnBy = new Map<string, typeof sensorChart>();
  const picker = rangePicker(() => void refresh());
  const fetches = new ChartFetches();
  const element = h(
    'div',
    { class: 'stack' },
    h('div', { class: 'tools' }, picker.element, shownRange),
    problem,
    life.element,
    h('section', {}, h('h2', {}, 'Sensors'), noReading, grid),
  );

  async function refresh(): Promise<void> {
    const current = subject();
    if (!current) return;
    const { machine, type } = current;
    const number = fetches.begin(performance.now());
    try {
      const range = rangeOf(machine, picker.spanMs());
      const queries = queriesOf(machine, range);
      const [estimates, readings] = await Promise.all([
        api.readings(queries.estimates),
        api.readings(queries.readings),
      ]);
      if (!fetches.succeed(number, machine.lastSeenMs)) return;
      life.set(estimates, range, type);
      showSensors(readings, range, type);
      setText(shownRange, rangeText(range));
      fill(problem);
    } catch (error) {
      if (fetches.fail(number)) fill(problem, failure(failureText(error)));
    }
  }

  function showSensors(readings: Readings, range: Range, type: MachineType | null): void {
    const names = sensorsOf(readings, type);
    for (const name of charts.keys()) if (!names.includes(name)) remove(name);
    for (const name of names) {
      const draw = isState(name, readings, type) ? stateChart : sensorChart;
      if (drawnBy.get(name) === draw) continue;
      remove(name);
      drawnBy.set(name, draw);
      charts.set(name, draw(name, type));
    }
    noReading.hidden = names.length > 0;
    arrange(
      grid,
      names.map((name) => charts.get(name)!.element),
    );
    for (const chart of charts.values()) chart.set(readings, range);
  }

  function remove(name: string): void {
    charts.get(name)?.dispose();
    charts.delete(name);
    drawnBy.delete(name);
  }

  noReading.hidden = true;
  return {
    element,
    refresh,
    /** Fetches new readings if it is time. */
    update(): void {
      const machine = subject()?.machine;
      if (machine && !document.hidden && fetches.isDue(machine.lastSeenMs, performance.now())) void refresh();
    },
    dispose(): void {
      fetches.stop();
      life.dispose();
      for (const name of [...charts.keys()]) remove(name);
    },
  };
}
