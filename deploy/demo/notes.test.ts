import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { SensorNotes } from './notes.ts';

/** Answers as a gateway's `/api/deadletters` does. */
const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ items: [{ id: 7, topic: 'telemetry/lab/x', reason: 'no JSON' }] }));
});
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

it('says that messages became dead letters, why, and how to see them; not more than twice a minute', async () => {
  const clock = manualClock();
  const lines: string[] = [];
  const { port } = server.address() as AddressInfo;
  const gateway = { url: `http://127.0.0.1:${port}`, token: null };
  const notes = new SensorNotes({
    gateway,
    data: "/it's here",
    clock,
    say: (line) => void lines.push(line),
  });
  const note = (deadLetters: number | null) => notes.note({ deadLetters, refusals: 0, latestRefusal: null });
  await note(null);
  await note(0);
  await note(1);
  expect(lines).toEqual([
    "DEAD LETTER  a message could not become a reading: telemetry/lab/x  ·  no JSON  ·  npm run harbinger -- deadletters list --data '/it'\\''s here'",
  ]);
  await note(4);
  expect(lines).toHaveLength(1);
  clock.advanceNow(30_000);
  await note(5);
  expect(lines[1]).toContain('4 messages could not become readings, the latest: telemetry/lab/x');
  clock.advanceNow(30_000);
  await note(2); // the gateway was started again
  expect(lines[2]).toContain('2 messages could not become readings');
});

it('says that connections were closed, why and whose, because a sensor sees only a lost connection', async () => {
  const clock = manualClock();
  const lines: string[] = [];
  const gateway = { url: 'http://127.0.0.1:1', token: null };
  const notes = new SensorNotes({ gateway, data: '/d', clock, say: (line) => void lines.push(line) });
  const refused = {
    reason: 'publish',
    message: 'no right to publish to other/topic',
    client: 'mosq\u001b',
    address: '127.0.0.1',
  } as const;
  const note = (refusals: number) => notes.note({ deadLetters: 0, refusals, latestRefusal: refused });
  await note(0);
  await note(1);
  await note(3);
  clock.advanceNow(30_000);
  await note(3);
  expect(lines).toEqual([
    'REFUSED  the gateway closed a sensor’s connection: no right to publish to other/topic  ·  topics begin with telemetry/ or lifecycle/  ·  mosq· from 127.0.0.1',
    expect.stringContaining('closed 2 sensors’ connections, the latest: no right'),
  ]);
});
