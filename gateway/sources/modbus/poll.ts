import type { Line, Outcome } from '../../../shared/modbus/line/line.ts';
import { describeOutcome } from '../../../shared/modbus/line/outcome-text.ts';
import { requestOf } from '../../../shared/modbus/points/blocks.ts';
import type { NamedTypedValue } from '../../ports/source.ts';
import type { Group, PolledBlock, Slave } from './slave.ts';
import type { FailureCounts } from './statistics.ts';

/** Exceptions of a Modbus gateway that say that the device behind it does not answer. */
const behindGateway = [10, 11];
/** Exceptions that say that the device has no time now. */
const laterExceptions = [5, 6];

export type Polled =
  /** A reading; without values if there is nothing to hand in. `answered`: some request was. */
  | { kind: 'values'; values: NamedTypedValue[]; answered: boolean }
  /** The slave does not answer. */
  | { kind: 'dead' }
  /** Nothing can be asked on this line now. */
  | { kind: 'line'; outcome: 'busy' | 'closed' };

type Asked = Outcome | { kind: 'untrusted' };

/** Reads the blocks of a group, each once more if it fails. */
export async function pollGroup(
  line: Line,
  group: Group,
  nowMs: number,
  failures: FailureCounts,
): Promise<Polled> {
  const { slave, blocks } = group;
  const isTrial = slave.health.isDead;
  const values: NamedTypedValue[] = [];
  let answered = false;
  for (const block of blocks) {
    if (block.health.restUntilMs > nowMs && !isTrial) {
      values.push(...unavailable(block));
      continue;
    }
    for (let isLast = isTrial; ; isLast = true) {
      const asked = await ask(line, slave, block);
      if (asked.kind === 'closed' || asked.kind === 'busy') return { kind: 'line', outcome: asked.kind };
      if (asked.kind === 'data') {
        for (const { name, read } of block.points) values.push([name, read(asked.data)]);
        slave.health.answered();
        block.health.answered();
        answered = true;
        break;
      }
      failures[asked.kind] += 1;
      // Nothing is known of the device, and it has no reading this time.
      if (asked.kind === 'untrusted' && isTrial) return { kind: 'dead' };
      if (asked.kind === 'untrusted') break;
      if (asked.kind === 'exception' && !behindGateway.includes(asked.code)) {
        slave.health.answered();
        answered = true;
        if (laterExceptions.includes(asked.code)) break;
        block.health.failed(describeOutcome(asked));
        values.push(...unavailable(block));
        break;
      }
      const problem = describeOutcome(asked);
      slave.health.failed(problem);
      if (slave.health.isDead) return { kind: 'dead' };
      if (!isLast) continue;
      block.health.failed(problem);
      if (block.health.isDead) values.push(...unavailable(block));
      break;
    }
  }
  return { kind: 'values', values, answered };
}

/** The device has no value for these now. */
function unavailable({ points }: PolledBlock): NamedTypedValue[] {
  return points.map(({ name }) => [name, null]);
}

/** Asks for a block; before that for something else, if its answer could be taken for a late one. */
async function ask(line: Line, { distinct, config }: Slave, block: PolledBlock): Promise<Asked> {
  const { unit, timeoutMs } = config;
  const request = requestOf(block, unit);
  if (!line.isTrusted(request)) {
    const other = distinct.find((each) => line.isTrusted(each));
    if (!other) return { kind: 'untrusted' };
    const outcome = await line.request(other, timeoutMs);
    if (outcome.kind !== 'data' && outcome.kind !== 'exception') return outcome;
    if (!line.isTrusted(request)) return { kind: 'untrusted' };
  }
  return await line.request(request, timeoutMs);
}
