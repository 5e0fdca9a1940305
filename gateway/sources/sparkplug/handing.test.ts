import { expect, it } from 'vitest';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { Settle, TypedReadings } from '../../ports/source.ts';
import { HandingUntilStored } from './handing.ts';

it('readings are handed in until they are stored, and given up if they never can be', async () => {
  const clock = manualClock();
  const answers = [
    new HarbingerError('JOURNAL_FULL', 'journal', 'full', { retry: true }),
    new HarbingerError('JOURNAL_BLOCK_SIZE', 'journal', 'too large'),
    undefined,
  ];
  const resends: boolean[] = [];
  const intake = {
    accept: () => undefined,
    acceptReadings({ resend }: TypedReadings, settled: Settle) {
      resends.push(resend);
      settled(answers.shift(), 0, true);
    },
  };
  const why: string[] = [];
  const done: (Error | undefined)[] = [];
  const deps = { intake, clock, random: { next: () => 0.5 } };
  const handing = new HandingUntilStored(deps, new AbortController().signal, ({ message }) =>
    why.push(message),
  );
  const about = { client: 'c', receivedMs: 0, resend: false, connection: 0, origin: 'o' };
  const readings: TypedReadings = { ...about, readings: [] };
  handing.hand(readings, (error) => done.push(error));
  await clock.advance(60_000);
  handing.hand(readings, (error) => done.push(error));
  expect(resends).toEqual([false, true, false]);
  expect([why, done]).toEqual([['too large'], [undefined, undefined]]);
  expect([handing.retried, handing.givenUp]).toEqual([1, 1]);
});
