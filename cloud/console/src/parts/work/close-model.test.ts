import { expect, it } from 'vitest';
import { ApiFailure } from '../../api-failure.ts';
import { alertOf } from '../../plant.testing.ts';
import { closeProblem, closeRequest, closeTitle } from './close-model.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');

it('an open alert can be closed, and one that has ended cannot', () => {
  expect(closeTitle(alertOf({}), nowMs)).toContain('pump-1');
  const resolvedAt = new Date(nowMs).toISOString();
  expect(closeTitle(alertOf({ state: 'resolved', resolvedAt }), nowMs)).toBeNull();
});

it('closing says which alert, who does, and why', () => {
  const alert = alertOf({ gateway: 'north' });
  expect(closeRequest(alert, { by: ' maria ', reason: ' greased ' })).toEqual({
    ...{ gateway: 'north', by: 'maria', reason: 'greased' },
    alertId: 'prediction' in alert ? alert.prediction.predictionId : '',
  });
  expect(closeRequest(alert, { by: ' ', reason: 'greased' })).toBeNull();
  expect(closeRequest(alert, { by: 'maria', reason: '' })).toBeNull();
});

it('a failure says what to do', () => {
  expect(closeProblem(new ApiFailure(403, 'no'))).toMatch(/only allows to read/);
  expect(closeProblem(new ApiFailure(404, 'no'))).toBe('It is not open any more.');
  expect(closeProblem(new ApiFailure(0, 'Harbinger does not answer.'))).toBe('Harbinger does not answer.');
});
