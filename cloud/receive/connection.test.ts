import { EventEmitter } from 'node:events';
import type { Client } from 'aedes';
import { beforeEach, expect, it } from 'vitest';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { Connection, HeldBytes } from './connection.ts';

/** The limits that a connection has: see connection.ts. */
const batchesMax = 64;
const bytesMax = 48 << 20;

let readOn = 0;
const client = {
  id: 'instance',
  closed: false,
  conn: Object.assign(new EventEmitter(), { remoteAddress: '127.0.0.1', destroy() {} }),
  resume: () => void readOn++,
} as unknown as Client;
beforeEach(() => {
  readOn = 0;
});

/** Holds batches, and returns how often the connection was read further, and what releases each. */
async function hold(connection: Connection, count: number, bytes: number) {
  const before = readOn;
  const releases = Array.from({ length: count }, () => connection.hold(bytes));
  await nextTurn();
  await nextTurn();
  return { read: readOn - before, releases };
}

it('is read further until 64 of its batches are unacknowledged, and again when one was acknowledged', async () => {
  const connection = new Connection('north', client, new HeldBytes(1e12));
  const { read, releases } = await hold(connection, 200, 1);
  expect(read).toBe(batchesMax - 1);
  for (const release of releases) release();
  expect((await hold(connection, 10, 1)).read).toBe(10);
});

it('and until they have 48 MiB, or those of all connections as much as all may', async () => {
  const each = 1 << 20;
  const alone = new Connection('north', client, new HeldBytes(1e12));
  expect((await hold(alone, 60, each)).read).toBe(bytesMax / each - 1);
  const all = new HeldBytes(10 * each);
  const first = await hold(new Connection('north', client, all), 6, each);
  const second = await hold(new Connection('south', client, all), 6, each);
  expect([first.read, second.read]).toEqual([6, 3]);
});
