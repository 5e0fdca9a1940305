import { expect, it } from 'vitest';
import { alertKinds } from '../../../../shared/contract/alerts/alert-kinds.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../../../shared/domain/machine-types.ts';
import { faultModes } from '../state/faults/fault-modes.ts';
import type { OpenPrediction } from '../state/snapshot.ts';
import { forPeople } from './for-people.ts';

const pump = loadMachineTypes().get('pump')!;

function said(
  failureMode: string,
  over: Partial<MachineType> = {},
  severity: 'warning' | 'critical' = 'warning',
) {
  const machine = { site: 'lab', machine: 'p1', type: { ...pump, ...over } };
  const assessment = {
    ...{ source: 'rules' as const, model: null, remainingLife: null, health: 1, anomaly: 0 },
    ...{ confidence: 1, contributions: [] },
  };
  const prediction: OpenPrediction = {
    ...{ predictionId: 'x', site: 'lab', machine: 'p1', machineType: 'pump', failureMode, severity },
    ...{ openedAtMs: 0, lifeAtOpening: null, assessment },
  };
  return forPeople({ machine, rowMs: 500 }, prediction);
}

it('every alert that can open says its kind and what to do, in one line', () => {
  const modes = ['wear-out', 'limit', 'silent', ...faultModes.map(({ policy }) => policy.failureMode)];
  for (const mode of modes) {
    const { kind, action, unitS } = said(mode);
    expect([mode, Object.keys(alertKinds).includes(kind), unitS]).toEqual([mode, true, 0.5]);
    expect(action).toMatch(/^[A-Z].{10,200}\.$/);
  }
  expect([said('wear-out').kind, said('limit').kind]).toEqual(['remaining-life', 'limit']);
  expect(said('limit', {}, 'critical').action).not.toBe(said('limit').action);
});

it('a machine type has words of its own, for its policies and for what needs none', () => {
  const action = 'Order bearing 6204 and call Maria.';
  const alerts = pump.alerts.map((policy) => ({ ...policy, action }));
  expect(said('wear-out', { alerts }).action).toBe(action);
  expect(said('limit', { alerts }).action).not.toBe(action);
  const overload = {
    ...{ failureMode: 'overload', on: 'limit' as const },
    openAfterMs: 0,
    resolveAfterMs: 0,
  };
  expect(said('overload', { alerts: [{ ...overload, action }] })).toMatchObject({ kind: 'limit', action });
  expect(said('silent', { actions: { silent: 'Call the electrician.' } }).action).toBe(
    'Call the electrician.',
  );
});

it('a command that it names has the machine and what it needs', () => {
  const policy = {
    ...{ failureMode: 'odd', on: 'anomaly' as const, openAt: 0.8, resolveAt: 0.4 },
    ...{ minConfidence: 0.5, openAfter: 3, resolveAfter: 4 },
  };
  expect(said('odd', { alerts: [policy] }).action).toMatch(
    / say so with `harbinger machines relearn lab\/p1 --note "…"`\.$/,
  );
});
