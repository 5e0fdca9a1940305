import { describe, expect, test, vi } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { reportToSystemd } from './systemd.ts';

const log = { info() {}, warn: vi.fn(), error() {}, fatal() {} } as never;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function service(env: NodeJS.ProcessEnv, answers: () => Promise<unknown>) {
  const clock = manualClock();
  const sent: string[] = [];
  reportToSystemd(answers, { env, clock, log, notify: (assignments) => sent.push(...assignments) });
  return { clock, sent };
}

describe('a service', () => {
  test('that systemd did not start tells it nothing', () => {
    expect(service({}, async () => {}).sent).toEqual([]);
  });

  test('says that it runs, and feeds the watchdog only while its threads answer', async () => {
    let answer: () => Promise<unknown> = async () => {};
    const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '90000000' };
    const { clock, sent } = service(env, () => answer());
    expect(sent).toEqual(['READY=1', 'STATUS=takes readings']);
    sent.length = 0;
    await clock.advance(30_000);
    await turn();
    expect(sent).toEqual(['WATCHDOG=1']);
    answer = () => new Promise(() => {});
    await clock.advance(300_000);
    await turn();
    expect(sent).toEqual(['WATCHDOG=1']);
  });

  test('asks again after an answer that failed, and never twice at once', async () => {
    let fails = true;
    const asked = vi.fn(async () => {
      if (fails) throw new Error('the data thread did not answer');
    });
    const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '90000000' };
    const { clock, sent } = service(env, asked);
    await clock.advance(30_000);
    await turn();
    expect(sent).not.toContain('WATCHDOG=1');
    fails = false;
    await clock.advance(30_000);
    await turn();
    expect(sent).toContain('WATCHDOG=1');
    expect(asked).toHaveBeenCalledTimes(2);
  });

  test('has no watchdog where the unit has none', async () => {
    const { clock, sent } = service({ NOTIFY_SOCKET: '/run/notify' }, async () => {});
    await clock.advance(3_600_000);
    expect(sent).toEqual(['READY=1', 'STATUS=takes readings']);
  });
});
