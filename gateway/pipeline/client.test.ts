import { expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { DataClient } from './client.ts';

it('a call that gets no answer within a minute fails with an error that can be retried', async () => {
  const clock = manualClock();
  const client = new DataClient({ columns() {}, lifecycle() {}, failed() {} }, clock, 1);
  const failure = client.call('status').catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ code: 'DATA_THREAD_SLOW', stage: 'journal', retry: true });
});
