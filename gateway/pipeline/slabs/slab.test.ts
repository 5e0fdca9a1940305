import { expect, it } from 'vitest';
import type { RawMessage } from '../../ports/source.ts';
import { NameTexts, SlabReader } from './slab-reader.ts';
import { NameNumbers, SlabWriter } from './slab-writer.ts';

const now = 1_700_000_000_000;

it('slabs return the messages packed into them, with names as text the first time and as numbers later', () => {
  const numbers = new NameNumbers();
  const names = new NameTexts();
  const messages: RawMessage[] = ['a', 'ü€😀', '', 'a'].map((text, i) => ({
    topic: `telemetry/plant/${text}`,
    payload: Buffer.from(text.repeat(i)),
    client: text === '' ? '' : `client ${text}`,
    user: [undefined, '', `4:${text}`][i % 3],
    receivedMs: now + i,
    resend: i === 1,
    connection: 2 ** 32 - 1 - i,
  }));
  const sizes = [1, 2].map(() => {
    const writer = new SlabWriter(new SharedArrayBuffer(4_096), numbers);
    for (const message of messages) expect(writer.add(message)).toBe(true);
    expect(writer.add({ ...messages[0]!, payload: Buffer.alloc(4_000) })).toBe(false);
    const seen: RawMessage[] = [];
    new SlabReader(writer.memory, names).read(writer.bytes, (message) =>
      seen.push({ ...message, payload: Buffer.from(message.payload) }),
    );
    expect(seen).toEqual(messages);
    return writer.bytes;
  });
  expect(sizes[1]).toBeLessThan(sizes[0]!);
});

it('a client that connects anew, or belongs to another user, is told apart', () => {
  const numbers = new NameNumbers();
  const names = new NameTexts();
  const senders = [
    { client: 'pump', user: 'plant', connection: 7 },
    { client: 'pump', user: 'plant', connection: 7 },
    { client: 'pump', user: 'plant', connection: 8 },
    { client: 'pump', user: undefined, connection: 8 },
    { client: 'pump', user: 'plant', connection: 7 },
    { client: '7:5:pump', user: 'pl:ant', connection: 0 },
  ];
  const writer = new SlabWriter(new SharedArrayBuffer(4_096), numbers);
  for (const sender of senders)
    writer.add({ topic: 't', payload: Buffer.alloc(1), receivedMs: now, resend: false, ...sender });
  const seen: object[] = [];
  new SlabReader(writer.memory, names).read(writer.bytes, ({ client, user, connection }) =>
    seen.push({ client, user, connection }),
  );
  expect(seen).toEqual(senders);
  expect(names.senders).toHaveLength(5); // a number never changes its meaning within a slab
});

it('a message with the longest names that fit is not written past the end', () => {
  const names = { topic: '€'.repeat(300), client: '€'.repeat(128), user: '€'.repeat(100_000) };
  const memory = new SharedArrayBuffer(1 << 20);
  const writer = new SlabWriter(memory, new NameNumbers());
  const message = { ...names, receivedMs: now, resend: false, connection: 2 ** 32 - 1 };
  while (writer.add({ ...message, payload: Buffer.alloc(0), client: names.client + writer.bytes })) {
    expect(writer.bytes).toBeLessThanOrEqual(memory.byteLength);
  }
  const seen: string[] = [];
  new SlabReader(memory, new NameTexts()).read(writer.bytes, ({ user = '' }) => seen.push(user));
  expect(seen).toEqual([names.user, names.user, names.user]);
});

it('numbers of names restart when there are too many, and stay correct', () => {
  const numbers = new NameNumbers();
  const names = new NameTexts();
  for (let batch = 0; batch < 20; batch++) {
    const topics = Array.from({ length: 5_000 }, (_, i) => `t/${batch % 15}/${i}`);
    const writer = new SlabWriter(new SharedArrayBuffer(1 << 20), numbers);
    for (const topic of topics)
      writer.add({
        topic,
        payload: Buffer.alloc(0),
        client: `c ${topic}`,
        receivedMs: now,
        resend: false,
        connection: 0,
      });
    const seen: string[] = [];
    new SlabReader(writer.memory, names).read(writer.bytes, ({ topic, client }) => seen.push(topic + client));
    expect(seen).toEqual(topics.map((topic) => `${topic}c ${topic}`));
  }
  expect(names.topics.length).toBeLessThanOrEqual((1 << 16) + 5_000);
  expect(names.senders.length).toBeLessThanOrEqual((1 << 16) + 5_000);
});

it('long topics are remembered within bounds in both threads, and a slab that is read again means the same', () => {
  const numbers = new NameNumbers();
  const names = new NameTexts();
  const long = (text: string) => text.padEnd(60_000, '.');
  const add = (writer: SlabWriter, topic: string, connection: number) => {
    const message = { topic, payload: Buffer.alloc(0), client: 'c', receivedMs: now, resend: false };
    expect(writer.add({ ...message, connection })).toBe(true);
  };
  let greatest = 0;
  for (let slab = 0; slab < 200; slab++) {
    const writer = new SlabWriter(new SharedArrayBuffer(1 << 21), numbers);
    const topics = [
      'telemetry/a',
      ...Array.from({ length: 8 }, (_, i) => long(`${slab}/${i}`)),
      'telemetry/b',
    ];
    for (const [i, topic] of topics.entries()) add(writer, topic, slab + (i < 5 ? 0 : 1)); // it connects anew
    for (let time = 0; time < 2; time++) {
      const seen: string[] = [];
      const reader = new SlabReader(writer.memory, names);
      reader.read(writer.bytes, ({ topic, connection }) => seen.push(`${connection} ${topic}`));
      expect(seen).toEqual(topics.map((topic, i) => `${slab + (i < 5 ? 0 : 1)} ${topic}`));
    }
    greatest = Math.max(greatest, names.topics.join('').length);
  }
  expect(greatest).toBeLessThan((1 << 23) + 500_000);
});

it('a slab has no more packed messages than can be unpacked and read in a moment, however short they are', () => {
  const writer = new SlabWriter(new SharedArrayBuffer(1 << 20), new NameNumbers());
  const message = { topic: 't', client: 'c', user: 'u', receivedMs: now, resend: false, connection: 1 };
  const packed = Buffer.alloc(1_400);
  packed.set([0x1f, 0x8b]);
  const addAll = () => {
    let count = 0;
    while (count < 100 && writer.add({ ...message, payload: packed })) count++;
    return count;
  };
  expect(addAll()).toBe(16);
  expect(writer.add({ ...message, payload: Buffer.alloc(1_400) })).toBe(true);
  writer.clear();
  expect(addAll()).toBe(16);
});
