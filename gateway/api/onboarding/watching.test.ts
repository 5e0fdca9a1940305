/** The stream of what arrives: it passes lines on, says what was lost, asks for nothing while its reader is slow, and ends. */
import { afterEach, expect, it, vi } from 'vitest';
import type { WatchAdmin, WatchedBatch, WatchedLine } from '../../ports/onboarding/watching.ts';
import { clock, startHttp, stopAll } from '../running-http.testing.ts';

afterEach(stopAll);

const line = (machine: string): WatchedLine => ({
  ...{ atMs: 1, topic: 't', client: 'c', outcome: 'stored', machine },
});

function memoryWatching() {
  const batches: (WatchedBatch | null)[] = [];
  const watching = {
    open: vi.fn(async () => 7),
    take: vi.fn(async () => (batches.length > 0 ? batches.shift()! : { lines: [], lost: 0 })),
    close: vi.fn(async () => {}),
  };
  return { batches, watching: watching satisfies WatchAdmin };
}

async function open(watching: WatchAdmin, token?: string) {
  const config = { token: 'a-token-of-enough-length', readToken: 'another-token-for-reading' };
  const { port } = await startHttp(config, undefined, undefined, undefined, watching);
  const end = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/api/watch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token ?? config.token}`, 'content-type': 'application/json' },
    body: '{"filter":"hall/#"}',
    signal: end.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { response, reader, end };
}

it('passes lines on with what was lost, and ends when its watcher is gone', async () => {
  const { batches, watching } = memoryWatching();
  batches.push({ lines: [line('hall/a'), line('hall/b')], lost: 3 }, null);
  const { reader } = await open(watching);
  expect((await reader.read()).value).toBe('{}\n');
  await clock.advance(250);
  const lines = (await reader.read()).value!.trim().split('\n');
  expect(lines.map((text) => JSON.parse(text))).toMatchObject([
    { machine: 'hall/a', outcome: 'stored' },
    { machine: 'hall/b' },
    { lost: 3 },
  ]);
  await clock.advance(250);
  expect((await reader.read()).done).toBe(true);
});

it('closes its watcher when the reader disconnects, and fetches no more', async () => {
  const { watching } = memoryWatching();
  const { reader, end } = await open(watching);
  await reader.read();
  end.abort();
  await vi.waitFor(() => expect(watching.close).toHaveBeenCalledWith(7));
  const before = watching.take.mock.calls.length;
  await clock.advance(1_000);
  expect(watching.take.mock.calls.length).toBe(before);
});

it('fetches nothing while its reader does not read', async () => {
  const { batches, watching } = memoryWatching();
  const long = line('m'.repeat(1 << 20));
  batches.push(...Array.from({ length: 64 }, () => ({ lines: [long], lost: 0 })));
  await open(watching);
  // Buffers between the two ends take some; then they are full.
  let before = -1;
  await vi.waitFor(
    async () => {
      const last = before;
      before = watching.take.mock.calls.length;
      await clock.advance(250);
      expect(watching.take.mock.calls.length).toBe(before);
      expect(last).toBe(before);
    },
    { timeout: 10_000 },
  );
  expect(batches.length).toBeGreaterThan(0);
});

it('is refused to whoever may only read', async () => {
  const { watching } = memoryWatching();
  const { response } = await open(watching, 'another-token-for-reading');
  expect(response.status).toBe(403);
  expect(watching.open).not.toHaveBeenCalled();
});
