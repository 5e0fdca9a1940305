/** A run: the gateway's source polls independent slaves, and each value is compared with what its device has. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settle, TypedReadings } from '../../gateway/ports/source.ts';
import { ModbusConfig } from '../../gateway/sources/modbus/config.ts';
import { createModbusSource } from '../../gateway/sources/modbus/modbus.ts';
import type { LineStats } from '../../gateway/sources/modbus/statistics.ts';
import { sleep, systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { type Bus, startBus } from './bus.ts';
import type { Fault } from './disturb.ts';
import { startTcpSlaves } from './proxy.ts';
import { type Programs, registerValue } from './slaves.ts';

export interface RunOptions {
  requests: number;
  /** Serial lines beside each other, each with both slaves. */
  lines: number;
  seed: number;
  folder: string;
  programs: Programs;
  progress(done: number): void;
}

export interface RunResult {
  requests: number;
  values: number;
  /** Values that are not those of the device, as text; the first of them. */
  wrong: string[];
  wrongCount: number;
  /** Sensors without a value. */
  none: number;
  failures: Record<string, number>;
  strayBytes: number;
  faults: Record<string, number>;
  brokenConnections: number;
}

const timeoutMs = 100;
/** Far beyond the time-out, and within `lateMsMax` of the settings. */
const delayMsMax = 1_000;
const wrongShown = 10;
const pollMs = 20;

/** Blocks of the same length at many places, so that a late answer looks like the next one. */
function pointsOf(unit: number): object[] {
  const places: [of: number, address: number, size: number][] = [
    ...[0, 100, 200, 300, 400, 500].map((address): [number, number, number] => [3, address, 4]),
    ...[0, 100, 200].map((address): [number, number, number] => [4, address, 4]),
    [3, 700, 40],
    [1, 0, 20],
    [2, 768, 20],
  ];
  return places.flatMap(([of, from, size]) =>
    Array.from({ length: size }, (_, i) => ({
      name: `f${of}_${from + i}`,
      function: of,
      address: from + i,
      type: of <= 2 ? 'bool' : 'uint16',
      ...(unit === 2 && of === 4 ? { scale: 2 } : {}),
    })),
  );
}

function expected(unit: number, name: string): number | boolean {
  const [, of, address] = /^f(\d)_(\d+)$/.exec(name)!;
  const value = registerValue(unit, Number(of), Number(address));
  if (Number(of) <= 2) return value === 1;
  return unit === 2 && of === '4' ? 2 * value : value;
}

export async function exchange(options: RunOptions): Promise<RunResult> {
  const { requests, lines, seed, folder, programs, progress } = options;
  const random = seededRandom(seed);
  const buses: Bus[] = [];
  const tcp = await startTcpSlaves(programs, random, delayMsMax);
  for (let i = 0; i < lines; i++) {
    const own = join(folder, `line-${i}`);
    mkdirSync(own, { recursive: true });
    buses.push(await startBus(programs, own, random, delayMsMax));
  }
  const slave = (unit: number) => ({
    ...{ unit, site: 'lab', machine: `u${unit}`, points: pointsOf(unit), periodMs: 50, timeoutMs },
    ...{ gapMax: 0, retryMsMax: 1_000 },
  });
  const serial = buses.map(({ path, units }, i) => ({
    ...{ name: `serial-${i}`, path, baudRate: 115_200, lateMsMax: 10_000 },
    slaves: units.map(slave),
  }));
  const overTcp = tcp.ports.map(({ port, unit }) => ({
    ...{ name: `tcp-${unit}`, host: '127.0.0.1', port },
    slaves: [slave(unit)],
  }));
  const validate = compileValidator(ModbusConfig);
  const config = validate({ lines: [...serial, ...overTcp] }, (problem) => new Error(problem));
  const seen = { values: 0, wrongCount: 0, none: 0, wrong: [] as string[] };
  const intake = {
    accept: () => undefined,
    acceptReadings({ origin, readings }: TypedReadings, settled: Settle, ticket = 0) {
      const unit = Number(origin.split('/')[1]);
      for (const { values } of readings)
        for (const [name, value] of values) {
          if (value === null) seen.none++;
          else if (value === expected(unit, name)) seen.values++;
          else if (seen.wrongCount++ < wrongShown)
            seen.wrong.push(`${origin} ${name}: ${value}, not ${expected(unit, name)}`);
        }
      settled(undefined, ticket);
    },
  };
  const source = createModbusSource(config, { intake, clock: systemClock, random, log: silentLog });
  const done = () => source.stats().reduce((sum, line) => sum + line.requests, 0);
  try {
    await source.start();
    while (done() < requests) {
      progress(done());
      await sleep(systemClock, pollMs);
    }
    const stats = source.stats();
    return {
      ...seen,
      requests: done(),
      ...sums(stats),
      faults: faultsOf(buses),
      brokenConnections: tcp.breaks(),
    };
  } finally {
    await source.stop();
    await Promise.all([tcp.stop(), ...buses.map((bus) => bus.stop())]);
  }
}

function sums(stats: readonly LineStats[]): Pick<RunResult, 'failures' | 'strayBytes'> {
  const failures: Record<string, number> = {};
  for (const line of stats)
    for (const [reason, count] of Object.entries(line.failures))
      failures[reason] = (failures[reason] ?? 0) + count;
  return { failures, strayBytes: stats.reduce((sum, line) => sum + line.strayBytes, 0) };
}

function faultsOf(buses: readonly Bus[]): Record<string, number> {
  const faults = new Map<Fault, number>();
  for (const bus of buses)
    for (const [fault, count] of bus.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
  return Object.fromEntries(faults);
}
