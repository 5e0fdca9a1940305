import { expect, it } from 'vitest';
import type { ConditionData } from '../../shared/contract/condition.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { modelContract } from '../conditions/training.ts';
import type { Alert } from '../ports/alerts.ts';
import type { FleetAdmin } from '../ports/fleet/fleet.ts';
import { Proposals } from './proposals.ts';

const pump = loadMachineTypes().get('pump')!;
const torque = { ...pump.sensors[0]!, name: 'torque' };

function proposals(type: MachineType, over: { active?: string; alerts?: Alert[] } = {}) {
  const body = { role: 'active', machineType: 'pump', model: over.active };
  return new Proposals({
    machineTypes: new Map([['pump', type]]),
    fleet: { wanted: () => (over.active ? [{ body }] : []) } as unknown as FleetAdmin,
    registry: { contractOf: () => null },
    openAlerts: () => over.alerts ?? [],
    log: silentLog,
  }).list();
}

it('nothing is proposed for a type as its model was trained on, nor for a version of which nothing is known', () => {
  expect(proposals(pump)).toEqual([]);
  const grown = { ...pump, sensors: [...pump.sensors, torque] };
  expect(proposals(grown, { active: 'pump-rul@9.0.0' })).toEqual([]);
});

it('a sensor that was added is a reason to train, and the model goes on; one that is gone ends it', () => {
  const [grown] = proposals({ ...pump, sensors: [...pump.sensors, torque] });
  expect(grown).toMatchObject({
    machineType: 'pump',
    model: 'pump-rul@2.0.0',
    cause: 'contract',
    canGoOn: true,
  });
  expect(grown!.reason).toMatch(/\(added: torque\)\. It goes on without what is new\.$/);
  const [less] = proposals({ ...pump, sensors: pump.sensors.slice(1) });
  expect(less).toMatchObject({ canGoOn: false });
  expect(less!.reason).toMatch(/It cannot go on: vibration_x is not there any more\.$/);
  const [unit] = proposals({
    ...pump,
    sensors: pump.sensors.map((each, i) => (i === 3 ? { ...each, unit: 'K' } : each)),
  });
  expect(unit!.reason).toMatch(/in another unit: bearing_temp_drive.*bearing_temp_drive has another unit/);

  const training = [grown!];
  const [finding] = modelContract.check({ training }, 0, []);
  expect(finding).toMatchObject({
    item: 'pump',
    reasons: [grown!.reason, expect.stringContaining('--from store')],
  });
  expect(modelContract.check({ training: [] }, 0, [])).toEqual([]);
});

it('inputs that have drifted are a reason, with the sensors and what they did', () => {
  const drift: ConditionData['drift'] = {
    ...{ model: { name: 'pump-rul', version: '2.0.0' }, machineType: 'pump', machines: 12 },
    sensors: [{ sensor: 'suction_pressure', did: 'lower', by: 4.1, machines: 12 }],
  };
  const alert = { gateway: 'north', condition: { condition: 'model-inputs', drift } } as Alert;
  expect(proposals(pump, { alerts: [alert] })).toMatchObject([
    { cause: 'drift', canGoOn: true, reason: expect.stringContaining('suction_pressure lower by 4.1') },
  ]);
});
