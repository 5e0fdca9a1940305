/** Which confirmations of writes the influx store believes; the answers come from a recording HTTP server. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReadingStore } from '../../../cloud/ports/store.ts';
import { answerWith, type Recorder, startRecorder } from '../http-recorder.ts';
import { batchOf, pumpLines } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';

let server: Recorder;
let store: ReadingStore;
const write = () => store.write(batchOf({ blocks: [pumpLines(0, 3)] }), new AbortController().signal);
const answerAsInflux = () => {
  server.answer = (_request, response) => response.writeHead(204, { 'x-influxdb-version': '1.6.7' }).end();
};

beforeEach(async () => {
  server = await startRecorder();
});
afterEach(async () => {
  await store.stop();
  await server.stop();
});

test.each([1, 2] as const)(
  'version %d: a 204 without the version that earlier answers had stores nothing, and is tried again',
  async (version) => {
    store = influxStoreAt(server.url, { version });
    answerAsInflux();
    expect(await write()).toEqual({ rejected: [] });
    server.answer = answerWith(204, null);
    await expect(write()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retry: true,
      message: expect.stringContaining('without the header X-Influxdb-Version'),
    });
    answerAsInflux();
    expect(await write()).toEqual({ rejected: [] });
  },
);

test('a server that never says its version is believed', async () => {
  store = influxStoreAt(server.url, { version: 2 });
  server.answer = answerWith(204, null);
  expect(await write()).toEqual({ rejected: [] });
  expect(await write()).toEqual({ rejected: [] });
});
