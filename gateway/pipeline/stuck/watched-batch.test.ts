import { expect, it } from 'vitest';
import { timeLimited, unlimited } from '../../../shared/runtime/budget.ts';
import type { RawMessage } from '../../ports/source.ts';
import { handleEach, type MessageHandler } from './watched-batch.ts';

const message = (topic: string): RawMessage => ({
  topic,
  payload: Buffer.from('1'),
  client: 'c',
  receivedMs: 1_700_000_000_000,
  resend: false,
  connection: 1,
});

interface Handled {
  /** In order, each with the number of limits until then. */
  handled: string[];
  /** In the order in which they were read under a limit. */
  read: string[];
  limits: number;
}

interface Options {
  limitMs?: number;
  isCareful?: boolean;
  bytes?: number;
  isPacked?: boolean;
}

/** Handles the topics `known…` without a limit, does not at once know those that are `probably known`, and never ends reading `endless`. */
function handleBatch(topics: string[], options: Options = {}): Handled {
  const { limitMs, isCareful = false, bytes = 1, isPacked = false } = options;
  const payload = Buffer.alloc(bytes);
  if (isPacked) payload.set([0x1f, 0x8b]);
  const handled: string[] = [];
  const read: string[] = [];
  let limits = 0;
  const handler: MessageHandler<{ topic: string; isStuck: boolean }> = {
    isCareful,
    handleKnown({ topic }) {
      if (!topic.startsWith('known')) return false;
      handled.push(`${topic} ${limits}`);
      return true;
    },
    isProbablyKnown: ({ topic }) => /known/.test(topic),
    begin: ({ topic }) => ({ topic, isStuck: false }),
    read({ topic }) {
      if (topic === 'endless') for (;;);
      read.push(topic);
    },
    stuck(begun) {
      begun.isStuck = true;
    },
    handle: ({ topic, isStuck }) => void handled.push(`${isStuck ? 'stuck ' : ''}${topic} ${limits}`),
  };
  const limited = limitMs === undefined ? unlimited : timeLimited(limitMs);
  handleEach(
    (each) => {
      for (const topic of topics) each({ ...message(topic), payload });
    },
    (work, progress) => {
      limits++;
      return limited(work, progress);
    },
    handler,
  );
  return { handled, read, limits };
}

it('messages that are known need no time limit', () => {
  expect(handleBatch(['known 1', 'known 2'])).toEqual({
    handled: ['known 1 0', 'known 2 0'],
    read: [],
    limits: 0,
  });
});

it('one time limit serves all that cannot be known, and what is known is not read under it', () => {
  const { handled, read, limits } = handleBatch(['known 1', 'new 2', 'known 3', 'new 4', 'known 5']);
  expect(handled).toEqual(['known 1 0', 'new 2 1', 'known 3 1', 'new 4 1', 'known 5 1']);
  expect(read).toEqual(['new 2', 'new 4']);
  expect(limits).toBe(1);
});

it('from the second one on that was taken for known, and is not, all are read under one limit', () => {
  const topics = ['new 1', 'unknown 2', 'new 3', 'unknown 4', 'known 5'];
  const { handled, limits } = handleBatch(topics);
  expect(handled.map((text) => text.slice(0, -2))).toEqual(topics);
  expect(limits).toBe(2);
});

it('no more than a bounded number of bytes is read ahead', () => {
  const topics = Array.from({ length: 20 }, (_, i) => `new ${i}`);
  const { handled, limits } = handleBatch(topics, { bytes: 16 << 10 });
  expect(handled.map((text) => text.replace(/ \d$/, ''))).toEqual(topics);
  expect(limits).toBe(5);
  expect(handleBatch(topics.slice(0, 3), { bytes: 1 << 20 }).limits).toBe(3);
});

it('a packed message counts as what it can become, so that fifty of them have not one time limit together', () => {
  const topics = Array.from({ length: 4 }, (_, i) => `new ${i}`);
  expect(handleBatch(topics, { bytes: 1_400, isPacked: true }).limits).toBe(4);
  expect(handleBatch(topics, { bytes: 1_400 }).limits).toBe(1);
});

it('a message without end among others costs only itself', () => {
  const { handled } = handleBatch(['known 1', 'endless', 'known 2', 'endless', 'new 3'], { limitMs: 100 });
  expect(handled.map((text) => text.replace(/ \d$/, ''))).toEqual([
    'known 1',
    'stuck endless',
    'known 2',
    'stuck endless',
    'new 3',
  ]);
});

it('after an end of the gateway, known messages have a time limit too', () => {
  expect(handleBatch(['known 1', 'known 2'], { isCareful: true })).toEqual({
    handled: ['known 1 1', 'known 2 1'],
    read: ['known 1', 'known 2'],
    limits: 1,
  });
});
