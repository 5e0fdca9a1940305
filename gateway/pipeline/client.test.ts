import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { DataClient, type DataClientHandlers } from './client.ts';
import type { FromData } from './messages.ts';

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

it('the answers to sensors leave before their readings are looked at, and what follows keeps its order', async () => {
  const client = new DataClient(manualClock(), 1);
  client.load();
  const { worker } = client as unknown as { worker: Worker };
  const seen: string[] = [];
  Object.assign(client, {
    handlers: {
      columns: () => seen.push('readings'),
      lifecycle: () => seen.push('lifecycle'),
    } as unknown as DataClientHandlers,
  });
  client.accept(
    { topic: 't', payload: Buffer.alloc(0), client: 'c', receivedMs: 0, resend: false, connection: 1 },
    // As the broker does, which writes the answers of a turn together.
    () => process.nextTick(() => seen.push('answer')),
  );
  await nextTurn();
  const columns = [{}] as unknown as Extract<FromData, { kind: 'columns' }>['columns'];
  const answered: FromData = {
    kind: 'settled',
    id: 1,
    outcome: { error: null, messages: [], retainedNotReadings: [] },
    columns,
  };
  worker.emit('message', answered);
  worker.emit('message', { kind: 'lifecycle', notice: {} });
  await nextTurn();
  expect(seen).toEqual(['answer', 'readings', 'lifecycle']);
  Object.assign(client, { handlers: null });
  await client.stop();
});
