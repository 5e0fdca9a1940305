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
/** Exceptions that may be because of one of the registers, or of their number. */
const registerExceptions = [2, 3];

export type Polled =
  /** A reading; without values if there is nothing to hand in. `answered`: some request was. */
  | { kind: 'values'; values: NamedTypedValue[]; answered: boolean }
  /** The slave does not answer. */
  | { kind: 'dead' }
  /** Nothing can be asked on this line now; with what was read before. */
  | { kind: 'line'; outcome: 'busy' | 'closed'; values: NamedTypedValue[]; answered: boolean };

interface Asked {
  outcome: Outcome | { kind: 'untrusted' };
  /** The outcome is that of another request, which had to be answered before. */
  isOfOther?: true;
  /** Another request was answered. */
  isAlive?: true;
}

/**
 * Reads the blocks of a group, each once more if it fails. A slave that is dead is first asked for one block, as a trial.
 */
export async function pollGroup(
  line: Line,
  group: Group,
  nowMs: number,
  failures: FailureCounts,
): Promise<Polled> {
  const { slave } = group;
  const trial = slave.health.isDead ? slave.trial.block : null;
  const blocks = trial ? [trial, ...group.blocks.filter((block) => block !== trial)] : [...group.blocks];
  const isCut = new Set<PolledBlock>();
  const values: NamedTypedValue[] = [];
  let answered = false;
  const lives = () => {
    slave.health.answered();
    answered = true;
  };
  for (const block of blocks) {
    if (block.health.restUntilMs > nowMs && block !== trial) {
      values.push(...unavailable(block));
      continue;
    }
    for (let isLast = trial !== null; ; isLast = true) {
      const { outcome, isOfOther, isAlive } = await ask(line, slave, block);
      if (isAlive) lives();
      if (outcome.kind === 'closed' || outcome.kind === 'busy')
        return { kind: 'line', outcome: outcome.kind, values, answered };
      if (outcome.kind === 'data') {
        for (const { name, read } of block.points) values.push([name, read(outcome.data)]);
        lives();
        block.health.answered();
        slave.answeredBy(block);
        break;
      }
      failures[outcome.kind] += 1;
      // Nothing is known of the device, and it has no reading this time.
      if (outcome.kind === 'untrusted' && slave.health.isDead) return { kind: 'dead' };
      if (outcome.kind === 'untrusted') break;
      if (isAnswer(outcome)) {
        lives();
        if (outcome.kind === 'exception' && laterExceptions.includes(outcome.code)) break;
        block.health.failed(describeOutcome(outcome));
        // Parts are cut further at the next poll, so that no poll takes long.
        const isOfRegister = outcome.kind === 'exception' && registerExceptions.includes(outcome.code);
        const parts = isOfRegister && !isCut.has(block) ? slave.refused(group, block) : [];
        for (const part of parts) isCut.add(part);
        blocks.splice(blocks.indexOf(block) + 1, 0, ...parts);
        if (parts.length === 0) values.push(...unavailable(block));
        break;
      }
      const problem = describeOutcome(outcome);
      // A device that has just answered is there, whatever this block says.
      if (!answered) slave.health.failed(problem);
      if (slave.health.isDead) {
        if (trial || !(await isThere(line, slave, block, failures))) {
          slave.trialFailed();
          return { kind: 'dead' };
        }
        lives();
      }
      if (!isLast) continue;
      if (isOfOther) break;
      block.health.failed(problem);
      if (block.health.isDead) values.push(...unavailable(block));
      break;
    }
  }
  return { kind: 'values', values, answered };
}

/** The device itself has answered. */
function isAnswer(outcome: Asked['outcome']): boolean {
  if (outcome.kind === 'data') return true;
  return outcome.kind === 'exception' && !behindGateway.includes(outcome.code);
}

/** Asks for the block that last answered, before a device is taken for dead because of other blocks. */
async function isThere(
  line: Line,
  slave: Slave,
  failed: PolledBlock,
  failures: FailureCounts,
): Promise<boolean> {
  const { block } = slave.trial;
  if (block === failed) return false;
  const { outcome, isAlive } = await ask(line, slave, block);
  if (isAnswer(outcome) || isAlive) return true;
  if (outcome.kind !== 'data' && outcome.kind !== 'closed') failures[outcome.kind] += 1;
  return false;
}

/** The device has no value for these now. */
function unavailable({ points }: PolledBlock): NamedTypedValue[] {
  return points.map(({ name }) => [name, null]);
}

/** Asks for a block; before that for something else, if its answer could be taken for a late one. */
async function ask(line: Line, slave: Slave, block: PolledBlock): Promise<Asked> {
  const { unit, timeoutMs } = slave.config;
  const request = requestOf(block, unit);
  if (line.isTrusted(request)) return { outcome: await line.request(request, timeoutMs) };
  const other = slave.distinct().find((each) => line.isTrusted(each));
  if (!other) return { outcome: { kind: 'untrusted' } };
  const outcome = await line.request(other, timeoutMs);
  if (!isAnswer(outcome)) return { outcome, isOfOther: true };
  if (!line.isTrusted(request)) return { outcome: { kind: 'untrusted' }, isAlive: true };
  return { outcome: await line.request(request, timeoutMs), isAlive: true };
}
