import { expect, it } from 'vitest';
import { mutedText } from '../../../../shared/contract/alerts/muted.ts';
import { prediction } from '../../../../shared/notifiers/prediction.testing.ts';
import { rowOf, type ShownAlert, shownText } from './alert-text.ts';

const alertOf = (gateway: string) =>
  ({
    ...{ alertId: 'p-1', gateway, state: 'open', openedAt: '2026-03-01T10:01:00Z' },
    ...{ updatedAt: '2026-03-01T10:01:00Z', prediction },
  }) as unknown as ShownAlert;

it('machines of one name are told apart by their gateways', () => {
  const [north, south] = ['north', 'south'].map((gateway) => alertOf(gateway));
  expect(rowOf(north!, 0)).not.toEqual(rowOf(south!, 0));
  expect(rowOf(north!, 0)).toContain('north');
  expect(shownText(south!, 0)).toMatch(/^Gateway: +south$/m);
});

it('an alert of a machine that failed has failed, and did not resolve', () => {
  const history = [
    { change: 'resolved', at: '2026-03-01T11:00:00Z', severity: 'warning', reasons: ['It failed'] },
  ];
  const ended = { ...alertOf('north'), state: 'resolved', resolvedAt: '2026-03-01T11:00:00Z', history };
  const failed = { ...ended, prediction: { ...prediction, outcome: 'failed' } } as unknown as ShownAlert;
  expect(shownText(failed, 0)).toMatch(/^State: +failed$/m);
  expect(shownText(failed, 0)).toContain('failed (warning): It failed');
  expect(rowOf(failed, 0)[0]).toBe('failed');
  expect(rowOf(ended as unknown as ShownAlert, 0)[0]).toBe('resolved');
});

it('a mute is not listed as told, and lasts until a local time', () => {
  const muted = { by: 'ana', why: 'trial', until: '2026-03-01T12:00:00.123Z' };
  const entry = (change: string, why: string) => ({
    ...{ change, at: '2026-03-01T10:05:00Z', severity: 'warning', reasons: [why, 'It is hot'] },
  });
  const shown = shownText(
    {
      ...alertOf('north'),
      prediction: { ...prediction, muted },
      history: [entry('opened', 'It is warm'), entry('updated', mutedText(muted, String))],
    } as unknown as ShownAlert,
    Date.parse('2026-03-01T10:06:00Z'),
  );
  expect(shown).toContain('opened (warning): It is warm');
  expect(shown).not.toContain('updated (warning)');
  expect(shown).toMatch(/^Nobody is told: +Muted by ana until 2026-03-01 \d\d:\d\d[^.]*: trial$/m);
});
