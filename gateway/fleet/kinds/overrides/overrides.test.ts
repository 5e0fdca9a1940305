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

const fan = { site: 'hall-1', machine: 'fan-3', type: { name: 'pump' } };
const held = { key: 'overrides/stop:hall-1', version: 3, who: 'maria', why: 'odd', model: 'wear-net@1.0.0' };

it('holds rollouts of a type, of all, of a site and of a machine before any other kind is followed', () => {
  const halted: unknown[] = [];
  const models = {
    ...{ pin: () => {}, pinWaits: () => null, onReady: () => {} },
    held: () => null,
    halt: (stops: readonly { machineType: string | null; site?: string; machine?: string }[]) =>
      halted.push(stops.map(({ machineType, site, machine }) => [machineType, site, machine].join())),
  };
  const overrides = new Overrides(models);
  const stops = [{ type: 'pump' }, { fleet: true }, { site: 'hall-1' }, { site: 'hall-1', machine: 'fan-3' }];
  overrides.prepare(stops.map((where) => document({ action: 'stop', ...where })));
  overrides.prepare([]);
  expect(halted).toEqual([['pump,,', ',,', ',hall-1,', ',hall-1,fan-3'], []]);
  overrides.apply([document({ action: 'stop', fleet: true })]);
  expect(overrides.of(fan)).toBeNull();
  expect(overrides.problem({ ...body, action: 'stop' })).toBeNull();
});

it('names the version that a machine keeps because of a stop, unless somebody has pinned another one', () => {
  const models = { pin() {}, halt() {}, onReady() {}, pinWaits: () => null, held: () => held };
  const overrides = new Overrides(models);
  expect(overrides.of(fan)).toEqual({ pin: held });
  overrides.apply([document({ action: 'pin', site: 'hall-1', model: 'wear-net@2.0.0' })]);
  expect(overrides.of(fan)?.pin?.model).toBe('wear-net@2.0.0');
});
