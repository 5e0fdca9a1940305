import { expect, it } from 'vitest';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { StartedParts } from './started-parts.ts';

it('stops all started parts in reverse order, including one whose start failed', async () => {
  const parts = new StartedParts({ clock: manualClock(), log: silentLog }, 1_000);
  const told: string[] = [];
  const part = (name: string, start = () => name) => ({ start, stop: async () => void told.push(name) });
  expect(await parts.start('first', part('first'))).toBe('first');
  const failing = part('second', () => {
    throw new Error('port in use');
  });
  await expect(parts.start('second', failing)).rejects.toThrow('port in use');
  await parts.stop();
  await parts.stop();
  expect(told).toEqual(['second', 'first']);
});

it('abandons a part that fails to stop or takes too long, and logs its name', async () => {
  const clock = manualClock();
  const problems: unknown[] = [];
  const log = { ...silentLog, error: (fields: unknown) => problems.push(fields) } as never;
  const parts = new StartedParts({ clock, log }, 1_000);
  const stopped: string[] = [];
  parts.add('sound', async () => void stopped.push('sound'));
  parts.add('broken', () => Promise.reject(new Error('disk full')));
  parts.add('slow', () => new Promise(() => {}));
  const stopping = parts.stop();
  clock.advance(1_000);
  await stopping;
  expect(problems).toEqual([
    { part: 'slow', problem: 'it takes too long' },
    { part: 'broken', problem: 'disk full' },
  ]);
  expect(stopped).toEqual(['sound']);
});
