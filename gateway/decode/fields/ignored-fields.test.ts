import { expect, it } from 'vitest';
import type { Log } from '../../../shared/runtime/log.ts';
import { testMachines } from '../fixtures.testing.ts';
import { foreignFields, IgnoredFields } from './ignored-fields.ts';

function recorder() {
  const told: unknown[] = [];
  const reasons: string[] = [];
  const info = (about: { machine: string; field: string }, reason: string) => {
    told.push(`${about.machine} ${about.field}`);
    reasons.push(reason);
  };
  return { told, reasons, log: { info } as unknown as Log };
}

it('logs each field that is not stored once for each machine, whatever its type', () => {
  const { told, log } = recorder();
  const ignored = new IgnoredFields(log);
  const machines = testMachines();
  for (const name of ['meter-1', 'meter-2', 'meter-1', 'meter-2'])
    ignored.note(machines.find('plant', name), {
      values: { flow: 1, rssi: -60, note: 'x', seq: 3, ts: 1, hum: '4' },
    });
  ignored.note(machines.find('lab', 'a'), {
    values: { 'Temp (°C)': 20, list: [1], note: 'warm', none: null },
  });
  expect(told).toEqual([
    ...['plant/meter-1 rssi', 'plant/meter-1 note', 'plant/meter-1 hum'],
    ...['plant/meter-2 rssi', 'plant/meter-2 note', 'plant/meter-2 hum'],
    ...['lab/a Temp (°C)', 'lab/a list', 'lab/a note'],
  ]);
});

it('says which texts a state may have where the name says that it is one', () => {
  const { reasons, log } = recorder();
  const ignored = new IgnoredFields(log);
  const open = testMachines().find('lab', 'a');
  for (const mode of ['a\nb', '{"a": 1}', 'unknown']) ignored.note(open, { values: { mode } });
  expect(reasons).toEqual([
    expect.stringMatching(/^a field is not stored: the text of a state has up to 32 char/),
  ]);
});

it('logs a bounded number of names of a machine, which take nothing from others', () => {
  const { told, reasons, log } = recorder();
  const ignored = new IgnoredFields(log);
  const machines = testMachines();
  const meter = machines.find('plant', 'meter-1');
  for (let i = 0; i < 1_000; i++) ignored.note(meter, { values: { [`x${i}`]: i, [`y${i}`]: i } });
  expect(told.length).toBe(65);
  expect(reasons.at(-1)).toContain('only counted from here on');
  ignored.note(machines.find('plant', 'meter-2'), { values: { x0: 1 } });
  expect(told.at(-1)).toBe('plant/meter-2 x0');
});

it('logs a bounded number of lines, and says so with the last', () => {
  const { told, reasons, log } = recorder();
  const ignored = new IgnoredFields(log);
  const meter = testMachines().find('plant', 'meter-1');
  for (let i = 0; i < 6_000; i++)
    ignored.note({ ...meter, machine: `m-${i}`, prefix: `meter,machine=m-${i} ` }, { values: { x: i } });
  expect(told.length).toBe(5_000);
  expect(reasons.slice(-2)).toEqual([
    expect.stringContaining('declare it'),
    expect.stringContaining('only counted'),
  ]);
});

it('logs numbers that are stored rounded once for each machine too', () => {
  const { told, log } = recorder();
  const ignored = new IgnoredFields(log);
  const machines = testMachines();
  for (const name of ['meter-1', 'meter-2', 'meter-1'])
    ignored.noteRounded(machines.find('plant', name), ['total']);
  expect(told).toEqual(['plant/meter-1 total', 'plant/meter-2 total']);
});

it('names what has a name that no sensor can have, unless it says something of the reading itself', () => {
  const { told, reasons, log } = recorder();
  const ignored = new IgnoredFields(log);
  const open = testMachines().find('lab', 'a');
  const values = { level: 1, machine: 5, gateway: true, ts: 1, id: 'x', seq: 2, site: 'lab' };
  expect(foreignFields({ values }, open)).toEqual(['gateway', 'machine']);
  ignored.note(open, { values });
  expect(told).toEqual(['lab/a machine', 'lab/a gateway']);
  expect(reasons[0]).toContain('its name has another meaning');
  // Names of a source that has readings mean sensors only.
  const own = () => Buffer.alloc(0);
  expect(foreignFields({ values, own }, open)).toEqual(['ts', 'seq', 'gateway', 'machine']);
});
