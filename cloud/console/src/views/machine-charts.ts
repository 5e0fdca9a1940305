import { ApiFailure, api } from '../api.ts';
import { lifeChart } from '../charts/life-chart.ts';
import type { Range } from '../charts/plot.ts';
import { type SensorChart, sensorChart } from '../charts/sensor-chart.ts';
import { arrange, fill, h, setText } from '../dom.ts';
import { dateTime } from '../format.ts';
import { failure } from '../parts/empty.ts';
import type { Machine, MachineType, Readings } from '../wire.ts';
import { rangePicker } from './range-picker.ts';

/** At most one fetch of readings in this time, however fast they come in. */
const refreshMs = 3_000;

export interface Subject {
  machine: Machine;
  type: MachineType | null;
}

/** One machine's remaining life and sensors over time. `subject` gives its newest state, null until it is known. */
export function machineCharts(subject: () => Subject | null) {
  const problem = h('div');
  const rangeText = h('span', { class: 'muted' });
  const life = lifeChart();
  const grid = h('div', { class: 'chart-grid' });
  const noReading = h('p', { class: 'muted' }, 'No reading in this range.');
  const charts = new Map<string, SensorChart>();
  const picker = rangePicker(() => void refresh());
  const element = h(
    'div',
    { class: 'stack' },
    h('div', { class: 'tools' }, picker.element, rangeText),
    problem,
    life.element,
    h('section', {}, h('h2', {}, 'Sensors'), noReading, grid),
  );
  let shownLastSeenMs = Number.NEGATIVE_INFINITY;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /** Of the newest fetch: an older one that answers later must not show. */
  let fetch = 0;

  async function refresh(): Promise<void> {
    const about = subject();
    if (!about) return;
    const mine = ++fetch;
    fetchedAt = performance.now();
    try {
      const { range, estimates, readings } = await load(about.machine, picker.spanMs());
      if (mine !== fetch) return;
      shownLastSeenMs = about.machine.lastSeenMs;
      life.set(estimates, range, about.type);
      showSensors(readings, range, about.type);
      setText(rangeText, `${dateTime(range.fromMs)} – ${dateTime(range.toMs)}`);
      fill(problem);
    } catch (error) {
      if (mine === fetch) fill(problem, failure(error instanceof ApiFailure ? error.message : String(error)));
    }
  }

  function showSensors(readings: Readings, range: Range, type: MachineType | null): void {
    const names = sensorOrder(Object.keys(readings.values), type);
    for (const name of charts.keys()) if (!names.includes(name)) remove(name);
    for (const name of names) if (!charts.has(name)) charts.set(name, sensorChart(name, type));
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
  }

  noReading.hidden = true;
  return {
    element,
    refresh,
    /** Fetches what has come in since, if it is time. */
    update(): void {
      const about = subject();
      const news = about !== null && about.machine.lastSeenMs !== shownLastSeenMs;
      if (news && !document.hidden && performance.now() - fetchedAt > refreshMs) void refresh();
    },
    dispose(): void {
      fetch = -1;
      life.dispose();
      for (const name of [...charts.keys()]) remove(name);
    },
  };
}

/** Up to the last reading rather than to now: of a silent machine, what it did last is what matters. */
async function load(machine: Machine, spanMs: number) {
  const toMs = Math.floor(machine.lastSeenMs) + 1;
  const range: Range = { fromMs: toMs - spanMs, toMs };
  const { gateway, site, machine: name } = machine;
  const query = { gateway, site, machine: name, from: range.fromMs, to: range.toMs };
  const [estimates, readings] = await Promise.all([
    api.readings({ ...query, measurement: 'estimate', points: 600 }),
    api.readings({ ...query, points: 300 }),
  ]);
  return { range, estimates, readings };
}

/** As the type declares them; sensors of open types by name. */
function sensorOrder(names: string[], type: MachineType | null): string[] {
  const declared = type?.sensors.map(({ name }) => name) ?? [];
  const place = (name: string) => (declared.includes(name) ? declared.indexOf(name) : declared.length);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
