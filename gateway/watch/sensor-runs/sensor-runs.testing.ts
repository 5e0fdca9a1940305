import type { SensorFault } from '../../ports/decision.ts';
import { MachineWindow } from '../windows/machine-window.ts';

export interface Message {
  /** ms */
  atMs: number;
  /** By sensor; those that are absent are not sent. */
  values: Readonly<Record<string, number>>;
}

/** The sensors of one machine with a window, and what is found of them. */
export function runsBench(names: readonly string[]) {
  // Its baseline samples next to nothing, which would take most of the time.
  const window = new MachineWindow(30, names.length, { stepMs: 1e12 });
  const sensors = names.map((name) => ({ name }));
  const told: string[] = [];
  let before = new Set<string>();
  const bench = {
    window,
    /** Beginnings and ends, such as `+a missing` and `-a missing`, in their order. */
    told,
    faults: (): SensorFault[] => window.sensorRuns.list(sensors),
    unsent: () => window.sensorRuns.unsent(sensors),
    send({ atMs, values }: Message, isLive = true) {
      const row = Float32Array.from(names, (name) => values[name] ?? Number.NaN);
      window.push(row, 0, row.length, atMs, isLive);
      const now = new Set(
        bench.faults().map(({ sensor, missing }) => `${sensor} ${missing ? 'missing' : 'stuck'}`),
      );
      for (const one of now) if (!before.has(one)) told.push(`+${one}`);
      for (const one of before) if (!now.has(one)) told.push(`-${one}`);
      before = now;
    },
  };
  return bench;
}
