import { expect, it } from 'vitest';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { Settle, TypedReadings } from '../../ports/source.ts';
import { HandingIn } from './handing-in.ts';

it('a reading is handed in until it is stored, and given up if it never can be', async () => {
  const clock = manualClock();
  const answers = [
    new HarbingerError('JOURNAL_FULL', 'journal', 'full', { retry: true }),
    new HarbingerError('JOURNAL_BLOCK_SIZE', 'journal', 'too large'),
  ];
  let handed = 0;
  const intake = {
    accept: () => undefined,
    acceptReadings(_: TypedReadings, settled: Settle) {
      handed += 1;
      settled(answers.shift(), 0, true);
    },
  };
  const said: object[] = [];
  const log = Object.assign(Object.create(silentLog) as typeof silentLog, {
    error: (about: object) => void said.push(about),
  });
  const deps = { intake, clock, random: { next: () => 0.5 }, log };
  const handing = new HandingIn(deps, new AbortController().signal);
  handing.hand({ line: 'l', unit: 1, site: 's', machine: 'm' }, []);
  await clock.advance(60_000);
  await handing.idle();
  expect([handed, handing.retried, handing.givenUp]).toEqual([2, 1, 1]);
  expect(said).toEqual([{ from: 'modbus:l/1', count: 1, problem: 'too large' }]);
});
