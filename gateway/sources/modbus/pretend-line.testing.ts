/** A source on lines in memory and a clock that stands still, for the tests of this folder. */
import { afterEach } from 'vitest';
import type { ReadRequest } from '../../../shared/modbus/frames/request.ts';
import type { Line, Outcome } from '../../../shared/modbus/line/line.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { Settle, TypedReadings } from '../../ports/source.ts';
import { ModbusConfig } from './config.ts';
import { createModbusSource, type ModbusSource } from './modbus.ts';

const validate = compileValidator(ModbusConfig);
export const configOf = (line: object) => validate({ lines: [line] }, (problem) => new Error(problem));

export const serial = { name: 'l', path: '/dev/x' };
const sources: [ModbusSource, ManualClock][] = [];
afterEach(async () => {
  for (const [source, clock] of sources.splice(0)) {
    const stopped = source.stop();
    await clock.advance(10_000);
    await stopped;
  }
});

/** A line in memory: each request takes 10 ms, one that is not answered takes its time-out. */
class PretendLine implements Line {
  readonly counts = { requests: 0, strayBytes: 0 };
  readonly gone: Promise<string>;
  readonly asked: string[] = [];
  end!: (reason: string) => void;
  answer: (request: ReadRequest) => Outcome = ({ count, address }) => {
    const data = Buffer.alloc(2 * count);
    for (let i = 0; i < count; i++) data.writeUInt16BE(address + i, 2 * i);
    return { kind: 'data', data };
  };
  private readonly clock: ManualClock;

  constructor(clock: ManualClock) {
    this.clock = clock;
    this.gone = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  isTrusted = (_: ReadRequest): boolean => true;

  request(request: ReadRequest, timeoutMs: number): Promise<Outcome> {
    this.counts.requests += 1;
    this.asked.push(`${request.unit}:${request.address}+${request.count}`);
    const outcome = this.answer(request);
    return new Promise((resolve) =>
      this.clock.setTimer(outcome.kind === 'silent' ? timeoutMs : 10, () => resolve(outcome)),
    );
  }

  async close(): Promise<void> {
    this.end('closed');
  }
}

export function begin(line: object, { openings = 100 } = {}) {
  const clock = manualClock();
  const lines: PretendLine[] = [];
  const handed: TypedReadings[] = [];
  const held: Settle[] = [];
  const state = {
    mode: 'pass' as 'pass' | 'hold' | 'refuse',
    answer: undefined as PretendLine['answer'] | undefined,
  };
  const intake = {
    accept: () => undefined,
    acceptReadings(readings: TypedReadings, settled: Settle) {
      handed.push(readings);
      if (state.mode === 'hold') held.push(settled);
      else settled(state.mode === 'refuse' ? new Error('disk full') : undefined, 0);
    },
  };
  const deps = { intake, clock, random: seededRandom(1), log: silentLog };
  const source = createModbusSource(configOf(line), deps, () => async () => {
    if (lines.length >= openings) throw new Error('no such device');
    const opened = new PretendLine(clock);
    if (state.answer) opened.answer = state.answer;
    lines.push(opened);
    return opened;
  });
  sources.push([source, clock]);
  const valuesOf = (machine: string) =>
    handed.flatMap(({ readings }) => readings).filter((reading) => reading.machine === machine);
  return { clock, lines, handed, held, state, source, valuesOf };
}

export const slave = (unit: number, settings: object = {}) => ({
  ...{ unit, site: 'lab', machine: `m${unit}` },
  points: [
    { name: 'a', address: 10 },
    { name: 'b', address: 12, scale: 0.1 },
  ],
  ...settings,
});
export const silent =
  (...units: number[]) =>
  (request: ReadRequest): Outcome =>
    units.includes(request.unit)
      ? { kind: 'silent' }
      : { kind: 'data', data: Buffer.alloc(2 * request.count) };
