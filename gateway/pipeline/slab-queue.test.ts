import { setImmediate as tick } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { RawMessage } from '../ports/source.ts';
import type { SlabNote } from './slab.ts';
import { SlabQueue } from './slab-queue.ts';
import { NameTexts, SlabReaders } from './slab-reader.ts';

const gatherMs = 8;
const lookMs = 2;
let clock: ReturnType<typeof manualClock>;
let queue: SlabQueue;
let notes: SlabNote[];
/** The payloads that the data thread read, and the outcome of each message. */
let read: string[];
let settled: (Error | undefined)[];

const message = (text: string, bytes = text.length): RawMessage => ({
  topic: 'telemetry/p/m',
  payload: Buffer.from(text.padEnd(bytes)),
  client: 'c',
  receivedMs: 1,
  resend: false,
});

beforeEach(() => {
  clock = manualClock();
  notes = [];
  read = [];
  settled = [];
  const readers = new SlabReaders(new NameTexts());
  const receive = (note: SlabNote) => {
    // As it crosses between threads: memory for one use is gone from where it came.
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
  queue.add(message(text, bytes), (error) => {
    settled[at] = error;
  });
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

  it('waits for more while more come, and no longer than it may', async () => {
    const atLook = async () => {
      await clock.advance(lookMs);
      return read.splice(0).length;
    };
    add('first');
    await tick();
    expect(read.splice(0)).toEqual(['first']);
    add('one who waits for each answer');
    expect(await atLook()).toBe(1);
    for (const { id } of notes) queue.settle(id, undefined);
    const sent = async (looks: number, more: boolean) => {
      const counts: number[] = [];
      add('a');
      add('b');
      for (let look = 0; look < looks; look++) {
        counts.push(await atLook());
        if (more) add('one more');
      }
      for (const { id } of notes) queue.settle(id, undefined);
      return counts;
    };
    expect(await sent(4, true)).toEqual([0, 0, 0, 5]);
    expect(await atLook()).toBe(1);
    // In vain: the next does not wait, then the next two, then the next four.
    expect(await sent(2, false)).toEqual([0, 2]);
    expect(await sent(1, false)).toEqual([2]);
    expect(await sent(2, false)).toEqual([0, 2]);
    for (let i = 0; i < 2; i++) expect(await sent(1, false)).toEqual([2]);
    expect(await sent(3, true)).toEqual([0, 0, 0]);
  });

  it.each([
    ['messages', 6, 1],
    ['bytes', 2, 20_000],
  ])('waits no longer once there are enough %s, but for the end of the turn', async (_, count, bytes) => {
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
    await clock.advance(lookMs);
    expect(read.at(-1)).toBe('then as before');
  });

  it('once the first look found too few, waits for more of them than before it', async () => {
    queue = new SlabQueue((note) => notes.push(note), clock, 10);
    add('first');
    await tick();
    add('a');
    add('b');
    await clock.advance(lookMs);
    for (const text of texts(7)) add(text); // with the two before: one fewer than enough
    await tick();
    expect(notes).toHaveLength(1);
    add('enough');
    await tick();
    expect(notes).toHaveLength(2);
  });

  it('a slab that fills up while it waits leaves its successor neither waiting for good nor hasty', async () => {
    add('first');
    await tick();
    add('a');
    add('large', 200_000); // enough: it is looked for at the end of the turn …
    add('large too', 200_000); // … but goes now
    expect(read).toEqual(['first', 'a', 'large']);
    await tick();
    await clock.advance(lookMs);
    expect(read).toEqual(['first', 'a', 'large', 'large too']);
    for (const { id } of notes) queue.settle(id, undefined);
    add('b');
    add('c');
    await tick();
    expect(read.at(-1)).toBe('large too');
    await clock.advance(lookMs);
    expect(read.slice(-2)).toEqual(['b', 'c']);
  });

  it('where it may wait for longer it looks less often, but a sender who waits for answers is not kept', async () => {
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
    // The first finds nobody before it, the second is alone when it is looked for; then they gather.
    expect(notes).toHaveLength(3 + 2);
  });

  it('has three under way, keeps the rest in order however much there is, and uses memory again', async () => {
    const all = texts(200);
    for (const text of all) add(text, 40_000); // 8 MB: more than is kept
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

  it('takes a message that is larger than a slab', async () => {
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

  it('tells the error of a slab to its messages only, and of its end to all', async () => {
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
