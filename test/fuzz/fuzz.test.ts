import { expect, it } from 'vitest';
import { fuzz, inputOf } from './fuzz.ts';
import { takeMeasured } from './measure.ts';
import { reduced } from './reduce.ts';
import type { Target } from './target.ts';
import { kindNames, openTarget } from './targets/targets.ts';

/** The runs take some seconds, but far longer on a busy machine. */
const busyMsMax = 600_000;

it.each(kindNames)(
  'inputs of kind %s neither crash nor cost too much',
  async (kind) => {
    const { failure } = await fuzz({ seed: 20_261_128, inputs: 150, kinds: [kind], from: 0 });
    expect(failure).toBeNull();
  },
  busyMsMax,
);

it('draws the same input for the same seed, kind and number, and another for others', async () => {
  const target = await openTarget('json');
  const texts = [0, 0, 1].map((number) => Buffer.concat(inputOf(7, target, number)).toString('latin1'));
  expect(texts[0]).toBe(texts[1]);
  expect(texts[2]).not.toBe(texts[0]);
  expect(Buffer.concat(inputOf(8, target, 0)).toString('latin1')).not.toBe(texts[0]);
});

/** A target with one mistake. */
function mistaken(take: (text: string) => void): Target {
  return {
    kind: 'mistaken',
    draw: () => [],
    take: async (input) => take(Buffer.concat(input).toString()),
    close: async () => {},
  };
}

it('notices work that does not fit the length of an input', { tags: ['long'] }, async () => {
  const target = mistaken((text) => {
    const until = process.cpuUsage().user + (text.includes('x') ? 400_000 : 0);
    while (process.cpuUsage().user < until);
  });
  await takeMeasured(target, [Buffer.from('y')]);
  await expect(takeMeasured(target, [Buffer.from('x')])).rejects.toThrow(/1 bytes took \d+ ms of CPU time/);
});

it('reduces an input to what makes it fail', async () => {
  const target = mistaken((text) => {
    if (text.includes('ab')) throw new Error('ab');
  });
  const fails = (input: readonly Buffer[]) =>
    target.take(input).then(
      () => false,
      () => true,
    );
  const input = ['one piece', 'some text ab and more of it', 'the last'].map((text) => Buffer.from(text));
  expect(Buffer.concat(await reduced(input, fails)).toString()).toBe('ab');
});
