import { expect, it } from 'vitest';
import { condition } from '../../../../../shared/notifiers/condition.testing.ts';
import type { AlertWork } from '../../../../ports/work/work.ts';
import { alertOf } from '../../plant.testing.ts';
import type { Alert } from '../../wire.ts';
import { deedModels, workWords } from '../work-words.ts';
import {
  closeRequests,
  conflictsOf,
  isDeed,
  isIncomplete,
  type Question,
  questionsOf,
  type Said,
  subjectText,
  workRequests,
} from './work-model.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const at = new Date(nowMs - 60_000).toISOString();
const work: AlertWork = {
  version: 3,
  acknowledged: { by: 'anna', at },
  assignee: 'ben',
  shelved: { by: 'anna', at, until: new Date(nowMs + 3_600_000).toISOString(), note: 'waits' },
  deeds: [
    { deed: 'acknowledge', by: 'anna', at, note: 'on my way' },
    { deed: 'assign', by: '', at, note: '', to: 'ben' },
    { deed: 'reminded', by: '', at, note: 'it has become critical' },
  ],
};
const said: Said = { by: ' anna ', note: ' ok ', to: ' ben ', hours: 8, verdict: '', cause: '' };
const alert = { ...alertOf({ gateway: 'north' }), work };

function asked(name: Question['asked'], of = alert) {
  const found = questionsOf(of).find((question) => question.asked === name)!;
  if (!isDeed(found)) throw new Error('closing is something else');
  return found;
}

it('offers what is left to do about any of the alerts, and nothing about those that have ended', () => {
  const names = (...alerts: Parameters<typeof questionsOf>) =>
    questionsOf(...alerts).map((each) => each.asked);
  expect(names(alertOf({}))).toEqual(['acknowledge', 'assign', 'shelve', 'comment', 'close']);
  expect(names(alert)).toEqual(['assign', 'unshelve', 'comment', 'close']);
  expect(names(alert, alertOf({ alertId: 'other' }))).toContain('acknowledge');
  expect(names(alertOf({ state: 'resolved' }))).toEqual([]);
});

it('asks with the versions that the person has seen, and for all that is needed', () => {
  const assign = asked('assign');
  const other = alertOf({ alertId: 'other' });
  expect(workRequests([alert, other], assign, said, nowMs)[0]).toMatchObject({
    alerts: [{ gateway: 'north', version: 3 }, { version: 0 }],
    ...{ deed: 'assign', by: 'anna', note: 'ok', to: 'ben' },
  });
  expect(isIncomplete([alert], assign, said)).toBe(false);
  expect(isIncomplete([alert], assign, { ...said, to: ' ' })).toBe(true);
  expect(isIncomplete([alert], asked('comment'), { ...said, note: '' })).toBe(true);
  expect(isIncomplete([alert], asked('comment'), { ...said, by: '' })).toBe(true);
  expect(
    workRequests([other], asked('shelve', { ...other, work: { version: 0, deeds: [] } }), said, nowMs),
  ).toMatchObject([{ until: new Date(nowMs + 8 * 3_600_000).toISOString() }]);
});

it('closing says which alert, who does, why, and what it turned out to be', () => {
  const close = questionsOf(alert).find(({ asked }) => asked === 'close')!;
  expect(isIncomplete([alert], close, said)).toBe(true);
  const whole: Said = { ...said, verdict: 'confirmed', cause: ' worn seal ' };
  expect(isIncomplete([alert], close, whole)).toBe(false);
  const { prediction: _, ...state } = alertOf({});
  const ofHarbinger: Alert = { ...state, condition };
  expect(closeRequests([alert, ofHarbinger], whole)).toMatchObject([
    { alerts: [{ alertId: 'alert-1', version: 3 }], reason: 'ok', outcome: 'confirmed', cause: 'worn seal' },
    { alerts: [{ version: 0 }], by: 'anna' },
  ]);
  expect(closeRequests([ofHarbinger], whole)[0]).not.toHaveProperty('outcome');
  expect(closeRequests(Array(401).fill(alert), whole).map(({ alerts }) => alerts.length)).toEqual([
    200, 200, 1,
  ]);
  expect(subjectText([alert], nowMs)).toContain('pump-1');
  expect(subjectText([alert, alert], nowMs)).toBe('2 alerts');
});

it('shows who was faster, and offers to do it anyway while the alert is open', () => {
  const newer = { ...alert, work: { ...work, version: 4 } };
  const refused = [{ alertId: 'alert-1', code: 'ALERT_CHANGED', message: "anna did 'acknowledge'" }];
  const [conflict] = conflictsOf(refused, [alert], new Map([['alert-1', newer]]));
  expect(conflict).toMatchObject({
    text: "anna did 'acknowledge'",
    canRepeat: true,
    alert: { work: { version: 4 } },
  });
  const ended = [{ ...refused[0]!, code: 'ALERT_NOT_OPEN' }];
  expect(conflictsOf(ended, [alert], new Map())).toMatchObject([{ canRepeat: false }]);
});

it('says who has it in hand, and what was done', () => {
  expect(workWords(alert, nowMs)).toMatch(/^acknowledged by anna .* · ben looks after it · shelved until /);
  expect(workWords(alertOf({}), nowMs)).toBe('');
  expect(deedModels(alert, nowMs).map(({ text }) => text)).toEqual([
    'anna acknowledged it: on my way',
    'Somebody assigned it to ben',
    'Harbinger asks again: it has become critical',
  ]);
});
