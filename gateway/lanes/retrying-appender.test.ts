import { expect, it } from 'vitest';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports/journal.ts';
import { Losses } from './losses.ts';
import { RetryingAppender } from './retrying-appender.ts';

const failed = (retry: boolean) => new HarbingerError('JOURNAL_WRITE', 'journal', 'disk', { retry });
const blockOf = (text: string): Omit<Block, 'seq'> => ({
  codec: 'identity',
  lines: 1,
  rawBytes: text.length,
  body: Buffer.from(text),
  local: Buffer.alloc(0),
});

function build(patienceMs = 1_000) {
  const stored: string[] = [];
  const state: { error: Error | null } = { error: null };
  const clock = manualClock();
  const stopping = new AbortController();
  const journal: Pick<Journal, 'lane' | 'append'> = {
    lane: 'readings',
    async append({ body }) {
      await Promise.resolve();
      if (state.error) throw state.error;
      return stored.push(body.toString());
    },
  };
  const appender = new RetryingAppender(journal as Journal, {
    patienceMs,
    clock,
    random: seededRandom(1),
    log: silentLog,
    stopping: stopping.signal,
  });
  const append = (text: string) => appender.append(blockOf(text)).catch((error: Error) => error.message);
  return { stored, state, clock, stopping, append, appender };
}

it('keeps the order of blocks while the disk fails and after it has recovered', async () => {
  const { stored, state, clock, append } = build();
  state.error = failed(true);
  const all = [append('a'), append('b')];
  await clock.advance(5);
  all.push(append('c'));
  await clock.advance(50);
  state.error = null;
  all.push(append('d'));
  await clock.advance(1_000);
  all.push(append('e'));
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
  expect(stored).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('reports the trouble while there is one', async () => {
  const { state, clock, append, appender } = build();
  expect(appender.trouble).toBeNull();
  state.error = failed(true);
  const waiting = append('a');
  await clock.advance(5);
  expect(appender.trouble).toBe('disk');
  state.error = null;
  await clock.advance(1_000);
  await waiting;
  expect(appender.trouble).toBeNull();
});

it('gives up when its patience is exhausted, when a retry cannot help, and when the gateway stops', async () => {
  const { state, clock, stopping, append } = build();
  state.error = failed(true);
  const patient = append('a');
  await clock.advance(3_000);
  expect(await patient).toBe('disk');
  state.error = failed(false);
  expect(await append('b')).toBe('disk');
  state.error = failed(true);
  const interrupted = append('c');
  await clock.advance(1);
  stopping.abort();
  expect(await interrupted).toBe('disk');
});

it('losses are added up by lane and cause until they are recorded', () => {
  const losses = new Losses();
  const loss = { lane: 'readings', cause: 'backlog-full', blocks: 1, lines: 2, bytes: 3 };
  losses.add(loss);
  losses.add(loss);
  losses.add({ ...loss, cause: 'damaged-block' });
  expect(losses.take()).toEqual([
    { ...loss, blocks: 2, lines: 4, bytes: 6 },
    { ...loss, cause: 'damaged-block' },
  ]);
  expect(losses.take()).toEqual([]);
});
