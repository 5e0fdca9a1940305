import type { ReadRequest } from '../../../shared/modbus/frames/request.ts';
import type { Line } from '../../../shared/modbus/line/line.ts';
import { describeOutcome } from '../../../shared/modbus/line/outcome-text.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

export interface Found {
  unit: number;
  /** `exception`: it is there, and has not got this register. */
  answer: 'data' | 'exception' | 'damaged';
  detail: string;
}

export interface ScanOptions {
  units: { from: number; to: number };
  request: Omit<ReadRequest, 'unit' | 'count'>;
  timeoutMs: number;
  clock: Clock;
  signal: AbortSignal;
  progress(text: string): void;
}

/** Asks each unit for one register; an exception also says that the unit is there. */
export async function scan(line: Line, options: ScanOptions): Promise<Found[]> {
  const { units, request, timeoutMs, clock, signal, progress } = options;
  const found: Found[] = [];
  const beganMs = clock.monotonicMs();
  const all = units.to - units.from + 1;
  for (let unit = units.from; unit <= units.to && !signal.aborted; unit++) {
    const done = unit - units.from;
    const eachMs = done === 0 ? timeoutMs : (clock.monotonicMs() - beganMs) / done;
    const leftS = Math.ceil((eachMs * (all - done)) / 1_000);
    progress(`unit ${unit} of ${units.to}, ${found.length} found, about ${leftS} s left`);
    const outcome = await line.request({ ...request, unit, count: 1 }, timeoutMs);
    if (outcome.kind === 'closed')
      throw new HarbingerError(
        'MODBUS_NO_ANSWER',
        'modbus',
        `unit ${unit}: the connection has ended; scan again`,
      );
    if (outcome.kind === 'busy')
      throw new HarbingerError('MODBUS_NO_ANSWER', 'modbus', `unit ${unit}: ${describeOutcome(outcome)}`);
    if (outcome.kind === 'silent') continue;
    const detail =
      outcome.kind === 'data'
        ? `register ${request.address}: ${outcome.data.toString('hex')}`
        : describeOutcome(outcome);
    found.push({ unit, answer: outcome.kind, detail });
  }
  return found;
}
