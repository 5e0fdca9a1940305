import { describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import { lifecycleEvent, predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import type { Alert } from '../ports/alerts.ts';
import { transition } from './lifecycle.ts';

/** Applies the events in order. Returns the last alert and the changes that receivers are notified of. */
function run(...events: HarbingerEvent[]): { alert: Alert | null; told: (AlertChange | null)[] } {
  let alert: Alert | null = null;
  const told: (AlertChange | null)[] = [];
  for (const event of events) {
    const step = transition(alert, event);
    if (!step) continue;
    alert = step.alert;
    told.push(step.change);
  }
  return { alert, told };
}

describe('an alert', () => {
  it('opens, changes and resolves', () => {
    const critical = predictionEvent('updated', 5, { severity: 'critical' });
    const { alert, told } = run(predictionEvent('opened', 1), critical, predictionEvent('resolved', 9));
    expect(told).toEqual(['opened', 'updated', 'resolved']);
    expect(alert).toMatchObject({
      alertId: 'p-1',
      gateway: 'north',
      state: 'resolved',
      openedAt: '2026-03-01T10:01:00Z',
      resolvedAt: '2026-03-01T10:09:00Z',
    });
  });

  it('opens by an update if its opening was lost', () => {
    expect(run(predictionEvent('updated', 5)).told).toEqual(['opened']);
  });

  it('is told as opened when its machine is not muted any more', () => {
    const muted = { muted: { by: 'maria', why: 'trial' } };
    const first = transition(null, predictionEvent('opened', 1, muted));
    const second = transition(first!.alert, predictionEvent('updated', 2, muted));
    expect(second).toMatchObject({ change: 'updated' });
    const third = transition(second!.alert, predictionEvent('updated', 3));
    expect(third).toMatchObject({ change: 'opened', isUnmuted: true });
    expect(transition(third!.alert, predictionEvent('updated', 4))).toMatchObject({ change: 'updated' });
  });

  it('keeps its newest state when an older change arrives late, and takes over the earlier opening time', () => {
    const { alert, told } = run(
      predictionEvent('updated', 5, { severity: 'critical' }),
      predictionEvent('opened', 1),
    );
    expect(told).toEqual(['opened', null]);
    expect(alert).toMatchObject({ openedAt: '2026-03-01T10:01:00Z', updatedAt: '2026-03-01T10:05:00Z' });
    expect(alert).toMatchObject({ prediction: { severity: 'critical' } });
    expect(run(predictionEvent('updated', 5), predictionEvent('updated', 3)).told).toEqual(['opened']);
  });

  it('rises though the clock was put back: its gateway counts the changes', () => {
    const { alert, told } = run(
      predictionEvent('opened', 30, { seq: 1 }),
      predictionEvent('updated', 5, { seq: 2, severity: 'critical' }),
      predictionEvent('updated', 30, { seq: 1, isNews: false }),
      predictionEvent('now', 4, { seq: 2, severity: 'critical', reasons: ['It goes on.'] }),
      predictionEvent('updated', 1, { seq: 1 }),
    );
    expect(told).toEqual(['opened', 'updated', null, null]);
    expect(alert).toMatchObject({ prediction: { severity: 'critical', reasons: ['It goes on.'] } });
  });

  it('of which nothing is known is told to some, and other numbers to nobody', () => {
    const silent = { isNews: false, isSilenceOf: true };
    const { alert, told } = run(
      predictionEvent('opened', 1),
      predictionEvent('updated', 2, { isNews: false }),
      predictionEvent('updated', 3, { ...silent, reasons: ['No data.'] }),
    );
    expect(told).toEqual(['opened', null, 'updated']);
    expect(alert).toMatchObject({ prediction: { reasons: ['No data.'] }, asOf: '2026-03-01T10:03:00Z' });
  });

  it('stays resolved, whatever arrives late', () => {
    const { alert, told } = run(
      predictionEvent('opened', 1),
      predictionEvent('resolved', 5),
      predictionEvent('updated', 9),
      predictionEvent('resolved', 9),
      lifecycleEvent('replaced', 10),
    );
    expect(told).toEqual(['opened', 'resolved']);
    expect(alert?.resolvedAt).toBe('2026-03-01T10:05:00Z');
  });

  it('that is resolved before its opening is known notifies nobody', () => {
    const { alert, told } = run(predictionEvent('resolved', 5), predictionEvent('opened', 1));
    expect(told).toEqual([null]);
    expect(alert?.state).toBe('resolved');
  });

  it('resolves even if the resolution looks older than the last change', () => {
    expect(run(predictionEvent('opened', 5), predictionEvent('resolved', 4)).told).toEqual([
      'opened',
      'resolved',
    ]);
  });
});

describe('the content of an open alert', () => {
  const life = (p50: number) => ({ remainingLife: { p10: p50 / 2, p50, p90: 2 * p50, unit: 'cycles' } });

  it('is what it is now, while its history has what was told', () => {
    const { alert, told } = run(
      predictionEvent('opened', 1, { ...life(50), reasons: ['It wears.'] }),
      predictionEvent('now', 2, { ...life(49), decisionId: 'not recorded' }),
      predictionEvent('updated', 3, { ...life(20), severity: 'critical' }),
      predictionEvent('now', 4, { ...life(18), severity: 'critical', reasons: ['It wears on.'] }),
    );
    expect(told).toEqual(['opened', null, 'updated', null]);
    expect(alert).toMatchObject({
      updatedAt: '2026-03-01T10:03:00Z',
      asOf: '2026-03-01T10:04:00Z',
      prediction: { ...life(18), reasons: ['It wears on.'], decisionId: 'd-1' },
    });
    expect(alert?.history?.map(({ change, at, severity }) => [change, at.slice(11, 16), severity])).toEqual([
      ['opened', '10:01', 'warning'],
      ['updated', '10:03', 'critical'],
    ]);
    expect(alert?.history?.[0]).toMatchObject({ ...life(50), reasons: ['It wears.'] });
  });

  it('is not replaced by an older one, and none opens or brings back an alert', () => {
    const { alert, told } = run(
      predictionEvent('now', 0),
      predictionEvent('opened', 5, life(50)),
      predictionEvent('now', 4, life(10)),
      predictionEvent('resolved', 7, life(90)),
      predictionEvent('now', 8, life(10)),
    );
    expect(told).toEqual(['opened', 'resolved']);
    expect(alert).toMatchObject({ state: 'resolved', prediction: life(90) });
    expect(alert?.asOf).toBeUndefined();
  });

  it('that differs only in numbers is taken over, and neither told nor kept in its history', () => {
    const { alert, told } = run(
      predictionEvent('opened', 1, life(50)),
      predictionEvent('updated', 2, { ...life(30), isNews: false }),
    );
    expect(told).toEqual(['opened', null]);
    expect(alert).toMatchObject({ asOf: '2026-03-01T10:02:00Z', prediction: life(30) });
    expect(alert?.history).toHaveLength(1);
  });

  it('has a bounded history: its opening and the latest changes', () => {
    const changes = Array.from({ length: 40 }, (_, i) =>
      predictionEvent('updated', i + 2, { severity: i % 2 === 0 ? 'critical' : 'warning' }),
    );
    const { history = [] } = run(predictionEvent('opened', 1), ...changes).alert!;
    expect(history.map(({ at }) => at.slice(14, 16))).toEqual([
      '01',
      ...Array.from({ length: 19 }, (_, i) => String(i + 23)),
    ]);
  });
});

describe('a machine with an open alert', () => {
  it('that is replaced resolves the alert, with a resolved prediction of its own id', () => {
    const opened = run(predictionEvent('opened', 1)).alert;
    const step = transition(opened, lifecycleEvent('replaced', 7));
    expect(step).toMatchObject({
      change: 'resolved',
      alert: { state: 'resolved', resolvedAt: '2026-03-01T10:07:00Z' },
      notice: {
        id: 'machine-replaced-7/p-1',
        type: 'io.harbinger.prediction.resolved.v1',
        data: { predictionId: 'p-1', reasons: ['The machine was replaced.'] },
      },
    });
  });

  it('that was replaced before the alert opened keeps the alert', () => {
    expect(run(predictionEvent('opened', 5), lifecycleEvent('replaced', 3)).told).toEqual(['opened']);
  });

  it('that fails keeps the alert: it still needs a repair', () => {
    expect(run(predictionEvent('opened', 1), lifecycleEvent('failed', 7)).alert?.state).toBe('open');
  });
});

it('ignores events that do not concern alerts', () => {
  expect(transition(null, lifecycleEvent('replaced', 1))).toBeNull();
});
