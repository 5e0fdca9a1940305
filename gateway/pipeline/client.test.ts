import { expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { DataClient } from './client.ts';

it('a call that gets no answer within a minute fails with an error that can be retried', async () => {
  const clock = manualClock();
  const client = new DataClient(clock, 1);
  const failure = client.call('status').catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ code: 'DATA_THREAD_SLOW', stage: 'journal', retry: true });
});

it('a thread that was loaded and not started ends at once, and accepts nothing', async () => {
  const client = new DataClient(manualClock(), 1);
  client.load();
  await client.stop();
  const refusal = await new Promise((settle) => {
    client.accept(
      { topic: 't', payload: Buffer.alloc(0), client: 'c', receivedMs: 0, resend: false, connection: 1 },
      settle,
    );
  });
  expect(refusal).toMatchObject({ code: 'INTAKE_STOPPED' });
});
