import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FairTurns } from './fair-turns.ts';

/** Takes turns for these sources, and returns in which order they were granted or refused. */
async function order(turns: FairTurns, sources: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const source of sources)
    void Promise.resolve(turns.take(source)).then((granted) =>
      said.push(granted ? source : `${source} refused`),
    );
  for (const _ of sources) {
    await turn();
    turns.release();
  }
  await turn();
  return said;
}

it('one source with many requests delays another by one of them', async () => {
  const turns = new FairTurns({ atOnceMax: 1, waitingMax: 10 });
  expect(await order(turns, ['a', 'a', 'a', 'a', 'b', 'c'])).toEqual(['a', 'a', 'b', 'c', 'a', 'a']);
});

it('when too many wait, the latest of the source that has most gets none', async () => {
  const turns = new FairTurns({ atOnceMax: 1, waitingMax: 2 });
  const said = await order(turns, ['a', 'a', 'a', 'a', 'b']);
  expect(said.sort()).toEqual(['a', 'a', 'a refused', 'a refused', 'b']);
});
