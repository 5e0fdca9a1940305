import { expect, it } from 'vitest';
import type { AlertWork } from '../../../../ports/work/work.ts';
import { ApiFailure } from '../../api-failure.ts';
import { alertOf } from '../../plant.testing.ts';
import { deedModels, workWords } from '../work-words.ts';
import { questionsOf, workProblem, workRequest } from './work-model.ts';

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
const said = { by: ' anna ', note: ' ok ', to: ' ben ', hours: 8 };
const questions = (alert: Parameters<typeof questionsOf>[0]) => questionsOf(alert).map(({ asked }) => asked);
const alert = { ...alertOf({ gateway: 'north' }), work };

it('offers what is left to do, and nothing about an alert that has ended', () => {
  expect(questions(alertOf({}))).toEqual(['acknowledge', 'assign', 'shelve', 'comment']);
  expect(questions(alert)).toEqual(['assign', 'unshelve', 'comment']);
  expect(questions(alertOf({ state: 'resolved' }))).toEqual([]);
});

it('asks with the version that the person has seen, and for all that is needed', () => {
  const [assign, , comment] = questionsOf(alert);
  expect(workRequest(alert, assign!, said, nowMs)).toMatchObject({
    alerts: [{ gateway: 'north', version: 3 }],
    ...{ deed: 'assign', by: 'anna', note: 'ok', to: 'ben' },
  });
  expect(workRequest(alert, assign!, { ...said, to: ' ' }, nowMs)).toBeNull();
  expect(workRequest(alert, comment!, { ...said, note: '' }, nowMs)).toBeNull();
  expect(workRequest(alert, comment!, { ...said, by: '' }, nowMs)).toBeNull();
  const [, , shelve] = questionsOf(alertOf({}));
  expect(workRequest(alertOf({}), shelve!, said, nowMs)).toMatchObject({
    alerts: [{ version: 0 }],
    until: new Date(nowMs + 8 * 3_600_000).toISOString(),
  });
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

it('says why something could not be done', () => {
  expect(workProblem(new ApiFailure(403, 'no'))).toMatch(/only allows to read/);
  expect(workProblem(new ApiFailure(409, 'anna was faster'))).toBe('anna was faster');
});
