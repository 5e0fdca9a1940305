import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { DeadLetterNotes } from './dead-letters.ts';

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
  const notes = new DeadLetterNotes({
    gateway,
    data: "/it's here",
    clock,
    say: (line) => void lines.push(line),
  });
  const note = (deadLetters: number | null) => notes.note({ deadLetters });
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
