import type { Line } from '../../../shared/modbus/line/line.ts';
import { describeOutcome } from '../../../shared/modbus/line/outcome-text.ts';
import { type Block, requestOf } from '../../../shared/modbus/points/blocks.ts';
import type { PointValue } from '../../../shared/modbus/points/decode.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { lateMsMax } from './reach.ts';

/** How often a block is asked for at most. */
const attemptsMax = 3;

export interface ReadOptions {
  unit: number;
  timeoutMs: number;
  clock: Clock;
  signal: AbortSignal;
  progress(text: string): void;
}

/** Returns the values of all points by name. @throws HarbingerError MODBUS_NO_ANSWER, MODBUS_EXCEPTION */
export async function readBlocks(
  line: Line,
  blocks: readonly Block[],
  options: ReadOptions,
): Promise<Map<string, PointValue>> {
  const values = new Map<string, PointValue>();
  for (const [i, block] of blocks.entries()) {
    options.progress(`request ${i + 1} of ${blocks.length}`);
    const data = await readBlock(line, block, options);
    for (const { name, read } of block.points) values.set(name, read(data));
  }
  return values;
}

/** Asks again after a failure, but on a serial line not before an answer to the first request can no longer come. */
async function readBlock(line: Line, block: Block, options: ReadOptions): Promise<Buffer> {
  const { unit, timeoutMs, clock, signal } = options;
  const request = requestOf(block, unit);
  const where = `unit ${unit}, function ${block.function}, ${block.count} from ${block.address}`;
  for (let attempt = 1; ; attempt++) {
    if (!line.isTrusted(request)) await sleep(clock, lateMsMax, signal);
    const outcome = await line.request(request, timeoutMs);
    if (outcome.kind === 'data') return outcome.data;
    const problem = `${where}: ${describeOutcome(outcome)}`;
    if (outcome.kind === 'exception') throw new HarbingerError('MODBUS_EXCEPTION', 'modbus', problem);
    if (attempt === attemptsMax || outcome.kind === 'closed' || signal.aborted)
      throw new HarbingerError('MODBUS_NO_ANSWER', 'modbus', problem);
  }
}
