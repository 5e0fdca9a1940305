/** Deeds of people about open alerts, and when receivers hear of them. With the rules of the cloud, on a real database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertsConfig } from '../../../shared/notifications/config.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import type { NotifierFilter } from '../../../shared/notifiers/settings.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { createAlertRules } from '../../alerts/alerts.ts';
import type { Deed } from '../../ports/work/work.ts';
import type { AlertBook } from '../alerts/alert-book.ts';
import { TestOperations } from '../operations.testing.ts';

let test: TestOperations;
const minuteMs = 60_000;

/** Operations with a receiver of each filter. */
async function withReceivers(filters: Record<string, Partial<NotifierFilter>>): Promise<void> {
  const webhook = Object.entries(filters).map(([name, filter]) => ({
    name,
    url: 'https://example.org/hook',
    filter,
  }));
  const config = compileValidator(AlertsConfig)({ webhook }, (problem) => new Error(problem));
  test.rules = createAlertRules(config);
  await test.reopen();
}

beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const deed = (name: Deed['deed'], more: Partial<Deed> = {}): Deed => ({
  deed: name,
  by: 'anna',
  note: '',
  ...more,
});
const act = (name: Deed['deed'], more: Partial<Deed> = {}, version?: number) =>
  test.now.working.work([{ alertId: 'p-1', ...(version !== undefined && { version }) }], deed(name, more));
const inMinutes = (minutes: number) => test.clock.nowMs() + minutes * minuteMs;
const alert = () => test.now.alerts.all().find(({ alertId }) => alertId === 'p-1')!;

/** Takes all that waits for a receiver, as it is sent: the change, and how severe it is. */
async function heard(notifier: string): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const { due } = test.now.notifications.next(notifier, Number.MAX_SAFE_INTEGER);
    if (!due) return all;
    const { severity } = due.event.data as { severity?: string };
    all.push(`${due.change} ${severity}`);
    await test.now.notifications.confirm(due);
  }
}

async function later(minutes: number): Promise<void> {
  test.clock.advance(minutes * minuteMs);
  await test.now.working.tellDue();
}

describe('what people do', () => {
  beforeEach(() => withReceivers({ hook: {} }));

  it('is kept with the alert over a restart, with who and when, and counted', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await act('acknowledge', { note: 'on my way' });
    await act('assign', { to: 'ben' });
    await act('comment', { by: 'ben', note: 'grease ordered' });
    await test.reopen();
    expect(alert().work).toMatchObject({
      version: 3,
      acknowledged: { by: 'anna' },
      assignee: 'ben',
      deeds: [
        { deed: 'acknowledge', by: 'anna', note: 'on my way' },
        { deed: 'assign', to: 'ben' },
        { deed: 'comment', by: 'ben', note: 'grease ordered' },
      ],
    });
    await act('unacknowledge');
    await act('unassign');
    expect(alert().work).not.toHaveProperty('acknowledged');
    expect(alert().work).not.toHaveProperty('assignee');
  });

  it('is refused for one who has not seen what another did, and for an alert that is over', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await act('acknowledge', {}, 0);
    expect(await act('assign', { to: 'cleo' }, 0)).toMatchObject({
      done: [],
      refused: [{ code: 'ALERT_CHANGED', message: expect.stringContaining("anna did 'acknowledge'") }],
    });
    await act('assign', { to: 'cleo' }, 1);
    expect(alert().work?.assignee).toBe('cleo');
    await test.apply([predictionEvent('resolved', 9)]);
    expect((await act('comment', { note: 'late' })).refused).toMatchObject([{ code: 'ALERT_NOT_OPEN' }]);
    expect(alert().work?.deeds).toHaveLength(2);
  });

  it('does what can be done of many, and names the rest', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('opened', 2, { predictionId: 'p-2', machine: 'pump-2' }),
    ]);
    const choices = ['p-1', 'gone', 'p-2'].map((alertId) => ({ alertId }));
    const { done, refused } = await test.now.working.work(choices, deed('acknowledge'));
    expect([done.map(({ alertId }) => alertId), refused.map(({ alertId }) => alertId)]).toEqual([
      ['p-1', 'p-2'],
      ['gone'],
    ]);
  });

  it('is void when the alert becomes critical, and who looks after it stays', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await act('acknowledge');
    await act('assign', { to: 'ben' });
    await test.apply([predictionEvent('updated', 2)]);
    expect(alert().work).toMatchObject({ acknowledged: { by: 'anna' } });
    await test.apply([predictionEvent('updated', 3, { severity: 'critical' })]);
    expect(alert().work).toMatchObject({
      assignee: 'ben',
      version: 3,
      deeds: [{}, {}, { deed: 'reminded', by: '', note: 'it has become critical' }],
    });
    expect(alert().work).not.toHaveProperty('acknowledged');
  });

  it('keeps a bounded number of deeds', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    for (let i = 0; i < 60; i++) await act('comment', { note: `note ${i}` });
    const { deeds = [], version } = alert().work ?? {};
    expect([deeds.length, deeds.at(-1)?.note, version]).toEqual([50, 'note 59', 60]);
  });
});

describe('a shelved alert', () => {
  beforeEach(() => withReceivers({ hook: {} }));

  it('is told to nobody until its time is over, and then as it is', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    expect(await heard('hook')).toEqual(['opened warning']);
    await act('shelve', { untilMs: inMinutes(60), note: 'waits for the part' });
    await test.apply([predictionEvent('updated', 2), predictionEvent('updated', 3)]);
    await later(30);
    expect(await heard('hook')).toEqual([]);
    await test.reopen();
    await later(31);
    expect(await heard('hook')).toEqual(['updated warning']);
    expect(alert().work).not.toHaveProperty('shelved');
    await later(1);
    expect(await heard('hook')).toEqual([]);
  });

  it('that becomes critical is told at once', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await heard('hook');
    await act('shelve', { untilMs: inMinutes(60) });
    await test.apply([predictionEvent('updated', 2, { severity: 'critical' })]);
    expect(await heard('hook')).toEqual(['updated critical']);
    expect(alert().work).not.toHaveProperty('shelved');
  });

  it('that ends is told as ended to those who know it, and nothing is told afterwards', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await heard('hook');
    await act('shelve', { untilMs: inMinutes(60) });
    await test.apply([predictionEvent('updated', 2), predictionEvent('resolved', 3)]);
    expect(await heard('hook')).toEqual(['resolved warning']);
    await later(120);
    expect(await heard('hook')).toEqual([]);
  });

  it('is taken back by a person before its time', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await heard('hook');
    await act('shelve', { untilMs: inMinutes(60) });
    await test.apply([predictionEvent('updated', 2)]);
    await act('unshelve');
    await later(0);
    expect(await heard('hook')).toEqual(['updated warning']);
  });
});

describe('nobody waits for ever', () => {
  const hasHeld = () => (test.now.alerts as AlertBook).hasHeld;

  it('who was shelved away from news hears of it, also where only numbers have changed since', async () => {
    await withReceivers({ hook: {} });
    await test.apply([predictionEvent('opened', 1)]);
    await heard('hook');
    await act('shelve', { untilMs: inMinutes(60) });
    await test.apply([predictionEvent('updated', 2), predictionEvent('updated', 3, { isNews: false })]);
    await later(61);
    expect(await heard('hook')).toEqual(['updated warning']);
    expect(hasHeld()).toBe(false);
  });

  it('a receiver that takes updates alone is told by one', async () => {
    const hours = { from: '06:00', to: '22:00', zone: 'UTC' };
    await withReceivers({ updates: { hours, changes: ['updated'] } });
    test.clock.setWall(Date.parse('2026-03-01T23:00:00Z'));
    await test.apply([predictionEvent('opened', 1), predictionEvent('updated', 2)]);
    expect(hasHeld()).toBe(true);
    await later(8 * 60);
    expect(await heard('updates')).toEqual(['updated warning']);
    expect(hasHeld()).toBe(false);
  });

  it('a receiver whose filter leaves ends out, or that is not configured any more, is not waited for', async () => {
    await withReceivers({ hook: { changes: ['opened', 'updated'] }, boss: { unacknowledgedMin: 30 } });
    await test.apply([predictionEvent('opened', 1)]);
    await heard('hook');
    await act('shelve', { untilMs: inMinutes(60) });
    await test.apply([predictionEvent('updated', 2), predictionEvent('resolved', 3)]);
    await later(61);
    expect([await heard('hook'), await heard('boss'), hasHeld()]).toEqual([[], [], false]);
    await test.apply([predictionEvent('opened', 4, { predictionId: 'p-2' })]);
    expect(hasHeld()).toBe(true);
    await withReceivers({ hook: {} });
    await later(1);
    expect(hasHeld()).toBe(false);
  });
});

describe('who is called when nobody acknowledges', () => {
  beforeEach(() => withReceivers({ first: {}, boss: { unacknowledgedMin: 30 } }));

  it('hears of it after so long, and of all that follows', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await later(29);
    expect([await heard('first'), await heard('boss')]).toEqual([['opened warning'], []]);
    await later(2);
    expect(await heard('boss')).toEqual(['opened warning']);
    await act('acknowledge');
    await test.apply([predictionEvent('updated', 2), predictionEvent('resolved', 3)]);
    expect(await heard('boss')).toEqual(['updated warning', 'resolved warning']);
  });

  it('hears nothing of what is acknowledged or over in time', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await later(10);
    await act('acknowledge');
    await later(60);
    await test.apply([predictionEvent('resolved', 3)]);
    await later(60);
    expect(await heard('boss')).toEqual([]);
  });

  it('waits anew when an acknowledgement is void', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    await act('acknowledge');
    await later(60);
    await test.apply([predictionEvent('updated', 2, { severity: 'critical' })]);
    await later(29);
    expect(await heard('boss')).toEqual([]);
    await later(2);
    expect(await heard('boss')).toEqual(['opened critical']);
  });
});

describe('receivers with hours', () => {
  const day = { hours: { from: '06:00', to: '22:00', zone: 'UTC' } };
  beforeEach(() => withReceivers({ day }));
  const until = (time: string) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const at = new Date(test.clock.nowMs());
    const wantedMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), hour, minute);
    const passMs = wantedMs - test.clock.nowMs();
    return later((passMs < 0 ? passMs + 86_400_000 : passMs) / minuteMs);
  };

  it('hear in the morning of what is still open, and at once of what is critical', async () => {
    await until('23:00');
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('opened', 2, { predictionId: 'p-2', machine: 'pump-2', severity: 'critical' }),
      predictionEvent('opened', 3, { predictionId: 'p-3', machine: 'pump-3' }),
    ]);
    await test.apply([predictionEvent('resolved', 4, { predictionId: 'p-3', machine: 'pump-3' })]);
    expect(await heard('day')).toEqual(['opened critical']);
    await until('05:59');
    expect(await heard('day')).toEqual([]);
    await until('06:01');
    expect(await heard('day')).toEqual(['opened warning']);
  });

  it('hear in the morning of the end of what they know', async () => {
    await until('12:00');
    await test.apply([predictionEvent('opened', 1)]);
    await until('23:00');
    await test.apply([predictionEvent('updated', 2), predictionEvent('resolved', 3)]);
    expect(await heard('day')).toEqual(['opened warning']);
    await until('06:00');
    expect(await heard('day')).toEqual(['resolved warning']);
    await until('07:00');
    expect(await heard('day')).toEqual([]);
  });
});
