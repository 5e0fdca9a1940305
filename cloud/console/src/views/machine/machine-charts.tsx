import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { parameters, setParameters } from '../../address/address.ts';
import { api } from '../../api/api.ts';
import { LifeChart } from '../../charts/life-chart.tsx';
import { maintenanceOf, marksOf } from '../../charts/marks-model.ts';
import { addressOf, type SpanName, wantedIn } from '../../charts/range-model.ts';
import { SensorChart } from '../../charts/sensor-chart.tsx';
import type { Range } from '../../charts/series.ts';
import { isState } from '../../charts/state-bands.ts';
import { StateChart } from '../../charts/state-chart.tsx';
import { useLoaded } from '../../loaded.ts';
import { Failure } from '../../parts/layout/empty.tsx';
import type { Alert } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { chosenSpan, csvOf, dueKey, queriesOf, rangeOf, rangeText, sensorsOf } from './charts-model.ts';
import type { Subject } from './machine-model.ts';
import { RangePicker } from './range-picker.tsx';

/** One machine's remaining life and sensors over time, with its alerts and maintenance as marks. */
export function MachineCharts(props: { subject: Subject; alerts: readonly Alert[]; nowMs: number }): VNode {
  const { subject, alerts, nowMs } = props;
  const { machine, type } = subject;
  const words = texts().machine;
  const wanted = wantedIn(parameters.value) ?? chosenSpan.current;
  const loaded = useLoaded(
    async () => {
      const range = rangeOf(machine, wanted);
      const queries = queriesOf(machine, range);
      const [estimates, readings, { windows }, { entries }] = await Promise.all([
        api.readings(queries.estimates),
        api.readings(queries.readings),
        api.maintenance(),
        api.machineLog(machine),
      ]);
      return { range, estimates, readings, windows, entries };
    },
    dueKey(machine, wanted, nowMs),
  );
  const show = (next: SpanName | Range) => {
    if (typeof next === 'string') chosenSpan.current = next;
    setParameters(addressOf(next));
  };
  const { data } = loaded;
  const marks = useMemo(
    () => (data ? marksOf(alerts, maintenanceOf(data.windows, machine), data.range, data.entries) : []),
    [data, alerts],
  );
  if (!data)
    return (
      <div class="stack">
        <RangePicker wanted={wanted} range={null} onShow={show} />
        <Failure text={loaded.problem} />
        {loaded.problem === '' && <p class="muted">{texts().frame.loading}</p>}
      </div>
    );
  const names = sensorsOf(data.readings, type);
  const { range, readings } = data;
  return (
    <div class="stack">
      <div class="tools">
        <RangePicker wanted={wanted} range={range} onShow={show} />
        <span class="muted">{rangeText(range)}</span>
        <CsvLink text={csvOf(readings)} name={`${machine.site}-${machine.machine}.csv`} />
      </div>
      <Failure text={loaded.problem} />
      <LifeChart {...{ range, type, marks }} estimates={data.estimates} onRange={show} />
      {marks.length > 0 && <Legend kinds={new Set(marks.map(({ kind }) => kind))} />}
      <section>
        <h2>{words.sensors}</h2>
        {names.length === 0 && <p class="muted">{words.noReading}</p>}
        <div class="chart-grid">
          {names.map((sensor) =>
            isState(sensor, readings, type) ? (
              <StateChart key={sensor} {...{ sensor, readings, range, type }} />
            ) : (
              <SensorChart key={sensor} {...{ sensor, readings, range, type, marks }} onRange={show} />
            ),
          )}
        </div>
      </section>
    </div>
  );
}

function Legend({ kinds }: { kinds: ReadonlySet<string> }): VNode {
  const words = texts().machine.marks;
  return (
    <p class="legends">
      {(['critical', 'warning', 'maintenance', 'log'] as const)
        .filter((kind) => kinds.has(kind))
        .map((kind) => (
          <span key={kind} class="legend">
            <i class={`legend-mark legend-${kind}`} />
            {words[kind]}
          </span>
        ))}
    </p>
  );
}

/** Saves what the charts show. The file is made when it is asked for. */
function CsvLink({ text, name }: { text: string; name: string }): VNode {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <button type="button" class="quiet-button" onClick={save}>
      {texts().machine.csv}
    </button>
  );
}
