import { setImmediate as tick } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { RawMessage } from '../../ports/source.ts';
import type { SlabNote } from './slab.ts';
import { SlabQueue } from './slab-queue.ts';
import { NameTexts, SlabReaders } from './slab-reader.ts';

const gatherMs = 8;
const checkMs = 2;
let clock: ReturnType<typeof manualClock>;
let queue: SlabQueue;
let notes: SlabNote[];
/** The payloads that the data thread has read, and the outcome of each message. */
let read: string[];
let settled: (Error | undefined)[];

const message = (text: string, bytes = text.length): RawMessage => ({
  topic: 'telemetry/p/m',
  payload: Buffer.from(text.padEnd(bytes)),
  client: 'c',
  receivedMs: 1,
  resend: false,
  connection: 0,
});

beforeEach(() => {
  clock = manualClock();
  notes = [];
  read = [];
  settled = [];
  const readers = new SlabReaders(new NameTexts());
  const receive = (note: SlabNote) => {
    // As between threads: memory for one use disappears from its origin.
    const { memory } = note;
    const crossed =
      memory instanceof ArrayBuffer
        ? { ...note, memory: structuredClone(memory, { transfer: [memory] }) }
        : note;
    notes.push(crossed);
    readers.of(crossed).read(note.bytes, ({ payload }) => read.push(payload.toString().trimEnd()));
  };
  queue = new SlabQueue(receive, clock, gatherMs);
});

const add = (text: string, bytes?: number) => {
  const at = settled.length;
  settled.push(new Error('not yet'));
  queue.add(
    message(text, bytes),
    (error, ticket) => {
      settled[ticket] = error;
    },
    at,
  );
};
const texts = (count: number) => Array.from({ length: count }, (_, i) => `message ${i}`);

describe('slab queue', () => {
  it('after a quiet moment sends at the end of the turn, then gathers', async () => {
    add('a');
    add('b');
    expect(read).toEqual([]);
    await tick();
    expect(read).toEqual(['a', 'b']);
    add('c');
    await tick();
    expect(read).toEqual(['a', 'b']);
    await clock.advance(gatherMs);
    expect(read).toEqual(['a', 'b', 'c']);
    queue.settle(notes[0]!.id, undefined);
    expect(settled.map(Boolean)).toEqual([false, false, true]);
    expect(queue.pending).toBe(1);
  });

  it('waits for more messages while they arrive, up to the limit', async () => {
    const atCheck = async () => {
      await clock.advance(checkMs);
      return read.splice(0).length;
    };
    add('first');
    await tick();
    expect(read.splice(0)).toEqual(['first']);
    add('one who waits for each answer');
    expect(await atCheck()).toBe(1);
    for (const { id } of notes) queue.settle(id, undefined);
    const sent = async (checks: number, more: boolean) => {
      const counts: number[] = [];
      add('a');
      add('b');
      for (let check = 0; check < checks; check++) {
        counts.push(await atCheck());
        if (more) add('one more');
      }
      for (const { id } of notes) queue.settle(id, undefined);
      return counts;
    };
    expect(await sent(4, true)).toEqual([0, 0, 0, 5]);
    expect(await atCheck()).toBe(1);
    // After a fruitless wait so many slabs do not wait as the setpoint says.
    for (const skipWaits of [1, 2, 5]) {
      queue.setpoint = { ...queue.setpoint, skipWaits };
      expect(await sent(2, false)).toEqual([0, 2]);
      for (let i = 0; i < skipWaits; i++) expect(await sent(1, false)).toEqual([2]);
    }
    expect(await sent(3, true)).toEqual([0, 0, 0]);
  });

  it.each([
    ['messages', 6, 1],
    ['bytes', 2, 20_000],
  ])('waits only for the end of the turn once there are enough %s', async (_, count, bytes) => {
    add('first');
    await tick();
    read = [];
    for (const text of texts(count - 1)) add(text, bytes);
    await tick();
    expect(read).toEqual([]);
    add('enough', bytes);
    add('and one of the same turn');
    expect(read).toEqual([]);
    await tick();
    expect(read).toEqual([...texts(count - 1), 'enough', 'and one of the same turn']);
    add('then as before');
    await tick();
    expect(notes).toHaveLength(2);
    await clock.advance(checkMs);
    expect(read.at(-1)).toBe('then as before');
  });

  it('requires more messages after the first check than before it', async () => {
    queue = new SlabQueue((note) => notes.push(note), clock, 10);
    add('first');
    await tick();
    add('a');
    add('b');
    await clock.advance(checkMs);
    for (const text of texts(7)) add(text); // with the two before, one fewer than enough
    await tick();
    expect(notes).toHaveLength(1);
    add('enough');
    await tick();
    expect(notes).toHaveLength(2);
  });

  it('after a slab has filled up while waiting, its successor neither waits for ever nor skips its wait', async () => {
    add('first');
    await tick();
    add('a');
    add('large', 200_000); // enough: it would be sent at the end of the turn …
    add('large too', 200_000); // … but this one does not fit, so it is sent now
    expect(read).toEqual(['first', 'a', 'large']);
    await tick();
    await clock.advance(checkMs);
    expect(read).toEqual(['first', 'a', 'large', 'large too']);
    for (const { id } of notes) queue.settle(id, undefined);
    add('b');
    add('c');
    await tick();
    expect(read.at(-1)).toBe('large too');
    await clock.advance(checkMs);
    expect(read.slice(-2)).toEqual(['b', 'c']);
  });

  it('checks less often with a longer gathering time, but does not delay a sender that waits for answers', async () => {
    queue = new SlabQueue((note) => notes.push(note), clock, 100);
    for (let i = 0; i < 3; i++) {
      add('one who waits for each answer');
      await tick();
      await clock.advance(2);
      expect(notes).toHaveLength(i + 1);
      queue.settle(notes[i]!.id, undefined);
    }
    for (let ms = 0; ms < 50; ms++) {
      add(`message ${ms}`);
      await tick();
      await clock.advance(1);
    }
    // The first has no predecessor to wait for, the second is alone when it is checked; then they gather.
    expect(notes).toHaveLength(3 + 2);
  });

  it('has three slabs in flight, keeps the rest in order, and reuses memory', async () => {
    const all = texts(200);
    for (const text of all) add(text, 40_000); // 8 MB: more than the reused memory
    await tick();
    expect(notes).toHaveLength(3);
    expect(queue.pending).toBe(200);
    for (let next = 0; next < notes.length; next++) {
      expect(notes.length - next).toBeLessThanOrEqual(3);
      queue.settle(notes[next]!.id, undefined);
      await clock.advance(gatherMs);
    }
    expect(read).toEqual(all);
    expect(settled.filter(Boolean)).toEqual([]);
    const kept = new Set(notes.map(({ slot }) => slot));
    expect(kept).toEqual(new Set([...Array(16).keys(), null]));
    const before = notes.length;
    for (const text of texts(20)) add(text, 40_000);
    for (let next = before; queue.pending > 0; next++) {
      await tick();
      await clock.advance(gatherMs);
      queue.settle(notes[next]!.id, undefined);
    }
    const later = notes.slice(before);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ slot, memory }) => slot === null || memory !== null)).toEqual([]);
  });

  it('accepts a message larger than a slab', async () => {
    add('small');
    add('large', 1 << 20);
    add('small again');
    await tick();
    await clock.advance(gatherMs);
    for (const { id } of notes) queue.settle(id, undefined);
    await tick();
    await clock.advance(gatherMs);
    for (const { id } of notes) queue.settle(id, undefined);
    expect(read).toEqual(['small', 'large', 'small again']);
    expect(queue.pending).toBe(0);
  });

  it('tells readings of a source from messages, and from retained ones', async () => {
    const seen: unknown[] = [];
    const readers = new SlabReaders(new NameTexts());
    const readAll = (note: SlabNote) =>
      readers.of(note).read(note.bytes, ({ form, retained }) => seen.push([form, retained]));
    const mixed = new SlabQueue(readAll, clock, gatherMs);
    const kinds = [{ form: 'readings' }, {}, { retained: 'new' }, { retained: 'again' }] as const;
    for (const kind of kinds) mixed.add({ ...message('a'), ...kind }, () => {}, 0);
    await tick();
    expect(seen).toEqual([
      ['readings', undefined],
      [undefined, undefined],
      [undefined, 'new'],
      [undefined, 'again'],
    ]);
  });

  it('passes an error to the messages that it concerns, and settles the others of their slab', async () => {
    for (const text of ['a', 'b', 'c', 'd']) add(text);
    await tick();
    queue.settle(notes[0]!.id, new Error('letters'), [1, 3]);
    expect(settled.map((error) => error?.message)).toEqual([undefined, 'letters', undefined, 'letters']);
    expect(queue.pending).toBe(0);
  });

  it('passes the error of a slab to its own messages, and the end of the thread to all', async () => {
    add('a');
    await tick();
    add('b');
    queue.settle(notes[0]!.id, new Error('disk'));
    expect(settled.map((error) => error?.message)).toEqual(['disk', 'not yet']);
    queue.fail(new Error('gone'));
    expect(settled.map((error) => error?.message)).toEqual(['disk', 'gone']);
    queue.settle(notes[0]!.id, undefined);
    expect(queue.pending).toBe(0);
  });
});
