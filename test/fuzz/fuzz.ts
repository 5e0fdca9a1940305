/**
 * Fuzzing (test/fuzz): gives the product inputs that are nearly right, drawn from a seed, and measures the work and the
 * memory that each costs. A target is a part of the product that takes what others send; each is a file in targets/.
 * An input follows from its seed, kind and number alone. What must be rejected is not decided here but in conformance
 * and integration tests: here nothing may crash, hang, answer with a fault of its own, or cost too much.
 */
import { messageOf } from '../../shared/runtime/errors.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { MemoryWatch, takeMeasured } from './measure.ts';
import { reduced } from './reduce.ts';
import type { Input, Target } from './target.ts';
import { kindNames, openTarget } from './targets/targets.ts';

export interface FuzzOptions {
  seed: number;
  /** Number of inputs, of all kinds together. */
  inputs: number;
  /** Kinds of targets; each gets the same number of inputs. */
  kinds: readonly string[];
  /** Number of the first input of each kind. */
  from: number;
  progress?(done: number): void;
}

export interface FuzzFailure {
  kind: string;
  /** Number of the input. */
  number: number;
  problem: string;
  input: Input;
}

export interface FuzzResult {
  inputs: number;
  byKind: Record<string, { inputs: number; bytes: number }>;
  peakBytes: number;
  failure: FuzzFailure | null;
}

const checkEvery = 1_000;

/** Runs until all inputs are done or one fails. */
export async function fuzz({ seed, inputs, kinds, from, progress }: FuzzOptions): Promise<FuzzResult> {
  const result: FuzzResult = { inputs: 0, byKind: {}, peakBytes: 0, failure: null };
  const chosen = kinds.length > 0 ? kinds : kindNames;
  for (const [index, kind] of chosen.entries()) {
    const count = Math.floor(inputs / chosen.length) + (index < inputs % chosen.length ? 1 : 0);
    const target = await openTarget(kind);
    try {
      const totals = { inputs: 0, bytes: 0 };
      result.byKind[kind] = totals;
      const memory = new MemoryWatch();
      for (let number = from; number < from + count; number++) {
        const input = inputOf(seed, target, number);
        result.failure = await failureOf(target, input, number, memory, {
          isCheck: (number + 1 - from) % checkEvery === 0 || number === from + count - 1,
          isWarm: number - from > count / 10,
        });
        if (result.failure) return result;
        totals.inputs++;
        totals.bytes += input.reduce((sum, { length }) => sum + length, 0);
        progress?.(++result.inputs);
      }
      result.peakBytes = Math.max(result.peakBytes, memory.peak);
    } finally {
      await target.close();
    }
  }
  return result;
}

/** Draws the input with a number, from the seed, the kind and the number alone. */
export function inputOf(seed: number, target: Target, number: number): Input {
  let hash = seed ^ 0x9e3779b9;
  for (const letter of `${target.kind} ${number}`)
    hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return target.draw(seededRandom(hash));
}

async function failureOf(
  target: Target,
  input: Input,
  number: number,
  memory: MemoryWatch,
  { isCheck, isWarm }: { isCheck: boolean; isWarm: boolean },
): Promise<FuzzFailure | null> {
  const { kind } = target;
  try {
    await takeMeasured(target, input);
  } catch (error) {
    const fails = (candidate: Input) =>
      takeMeasured(target, candidate).then(
        () => false,
        () => true,
      );
    return { kind, number, problem: messageOf(error), input: await reduced(input, fails) };
  }
  // As in the product: what Node puts off until the next turn, such as closing an unpacker, would wait for ever.
  if (number % 64 === 0 || isCheck) await new Promise((resolve) => setImmediate(resolve));
  if (!isCheck) return null;
  try {
    memory.look(isWarm);
    await target.check?.();
    return null;
  } catch (error) {
    const problem = `${messageOf(error)}, after this or one of the ${checkEvery} inputs before it`;
    return { kind, number, problem, input };
  }
}
