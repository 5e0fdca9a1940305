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

/** Handles the topics `known…` without a limit; never ends at `endless`. Returns how each message was handled, in order. */
function handleBatch(
  topics: string[],
  limitMs?: number,
  isCareful = false,
): { handled: string[]; limits: number } {
  const handled: string[] = [];
  let limits = 0;
  const handler: MessageHandler = {
    isCareful,
    isReading: true,
    handleKnown({ topic }) {
      if (!topic.startsWith('known')) return false;
      handled.push(`${topic} ${limits}`);
      return true;
    },
    handle(message) {
      if (handler.handleKnown(message)) return;
      if (message.topic === 'endless') for (;;);
      handled.push(`${message.topic} ${limits}`);
    },
    stuck: ({ topic }) => void handled.push(`stuck ${topic}`),
  };
  const limited = limitMs === undefined ? unlimited : timeLimited(limitMs);
  const inHand = handleEach(
    (each) => {
      for (const topic of topics) each(message(topic));
    },
    (work) => {
      limits++;
      return limited(work);
    },
    handler,
  );
  expect(inHand).toBeNull();
  return { handled, limits };
}

it('messages that are known need no time limit', () => {
  expect(handleBatch(['known 1', 'known 2'])).toEqual({ handled: ['known 1 0', 'known 2 0'], limits: 0 });
});

it('one time limit serves all from the first message on that needs one, in their order', () => {
  const { handled, limits } = handleBatch(['known 1', 'new 2', 'known 3', 'new 4', 'known 5']);
  expect(handled).toEqual(['known 1 0', 'new 2 1', 'known 3 1', 'new 4 1', 'known 5 1']);
  expect(limits).toBe(1);
});

it('a message without end among known ones costs only itself', () => {
  const { handled } = handleBatch(['known 1', 'endless', 'known 2', 'endless', 'new 3'], 100);
  expect(handled.map((text) => text.replace(/ \d$/, ''))).toEqual([
    'known 1',
    'stuck endless',
    'known 2',
    'stuck endless',
    'new 3',
  ]);
});

it('after an end of the gateway, known messages have a time limit too', () => {
  expect(handleBatch(['known 1', 'known 2'], undefined, true)).toEqual({
    handled: ['known 1 1', 'known 2 1'],
    limits: 1,
  });
});
