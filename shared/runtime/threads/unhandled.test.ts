import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { manualClock } from '../manual-clock.ts';
import { watchUnhandled } from './unhandled.ts';

function watched() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const of = Object.assign(new EventEmitter(), { exitCode: undefined as number | undefined });
  const failed: Error[] = [];
  const clock = manualClock();
  let ends = 0;
  const stop = watchUnhandled({
    clock,
    log,
    fail: (error) => failed.push(error),
    of: of as unknown as NodeJS.Process,
    end: () => void ends++,
  });
  return { lines, of, failed, clock, stop, ends: () => ends };
}

it('a rejection is logged with its stack, and stops the process in order, within a limit', async () => {
  const { lines, of, failed, clock, stop, ends } = watched();
  const error = new Error('not awaited');
  for (let i = 0; i < 20; i++) of.emit('unhandledRejection', error);
  expect(failed).toEqual([error]);
  expect(of.exitCode).toBe(1);
  expect(lines.length).toBe(10);
  expect(lines[0]).toMatchObject({
    level: 60,
    cause: 'not awaited',
    stack: expect.stringContaining('unhandled.test'),
  });
  await clock.advance(29_000);
  expect(ends()).toBe(0);
  await clock.advance(1_000);
  expect(ends()).toBe(1);
  stop();
  expect(of.listenerCount('unhandledRejection')).toBe(0);
});

it('what is rejected need not be an error, and one that was thrown is only said', () => {
  const { lines, of, failed } = watched();
  of.emit('uncaughtExceptionMonitor', new Error('thrown'));
  expect(failed).toEqual([]);
  of.emit('unhandledRejection', 'a text');
  expect(failed).toMatchObject([{ message: 'a text' }]);
  expect(lines.map(({ cause }) => cause)).toEqual(['thrown', 'a text']);
});
