/** Alerts that people want, as a gateway knows them from documents. */
import { expect, it } from 'vitest';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { Overrides } from './part.ts';

const document = (body: Record<string, unknown>): DesiredDocument => ({
  ...{ kind: 'overrides', name: 'alert:hall-1/fan-3', version: 7, gateway: 'hall', body },
  ...{ who: 'maria', why: 'loud', askedMs: 5, untilMs: 9, seal: '' },
});
const body = { action: 'alert', site: 'hall-1', machine: 'fan-3' };

it('has them with who, why and until when, and hears of each change', () => {
  const overrides = new Overrides();
  let changes = 0;
  overrides.onChange(() => changes++);
  overrides.apply([document({ ...body, severity: 'critical', machineType: 'hall-fan' })]);
  expect(overrides.forced()).toEqual([
    {
      ...{
        key: 'overrides/alert:hall-1/fan-3@hall',
        version: 7,
        who: 'maria',
        why: 'loud',
        untilMs: 9,
        askedMs: 5,
      },
      ...{ site: 'hall-1', machine: 'fan-3', machineType: 'hall-fan', severity: 'critical' },
    },
  ]);
  expect(overrides.of({ site: 'hall-1', machine: 'fan-3', type: { name: 'hall-fan' } })).toBeNull();
  overrides.apply([]);
  expect(overrides.forced()).toEqual([]);
  expect(changes).toBe(2);
});

it('takes a warning, of a machine of any type, where nothing else is named', () => {
  const overrides = new Overrides();
  expect(overrides.problem(body)).toBeNull();
  expect(overrides.problem({ action: 'alert', site: 'hall-1' })).toMatch(/one machine/);
  overrides.apply([document(body)]);
  expect(overrides.forced()).toMatchObject([{ severity: 'warning', machineType: 'generic' }]);
});

it('holds rollouts of a type or of all, before any other kind is followed, and none of a single machine', () => {
  const halted: unknown[] = [];
  const models = {
    ...{ pin: () => {}, pinWaits: () => null, onReady: () => {} },
    halt: (stops: readonly { machineType: string | null; word: { who: string } }[]) =>
      halted.push(stops.map(({ machineType, word: { who } }) => [machineType, who])),
  };
  const overrides = new Overrides(models);
  overrides.prepare([document({ action: 'stop', type: 'pump' }), document({ action: 'stop', fleet: true })]);
  overrides.prepare([]);
  expect(halted).toEqual([
    [
      ['pump', 'maria'],
      [null, 'maria'],
    ],
    [],
  ]);
  overrides.apply([document({ action: 'stop', fleet: true })]);
  expect(overrides.of({ site: 'hall-1', machine: 'fan-3', type: { name: 'pump' } })).toBeNull();
  expect(overrides.problem({ ...body, action: 'stop' })).toMatch(/one machine is held by pin/);
});
