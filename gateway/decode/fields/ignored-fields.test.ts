import { expect, it } from 'vitest';
import type { Log } from '../../../shared/runtime/log.ts';
import { testMachines } from '../fixtures.testing.ts';
import { IgnoredFields } from './ignored-fields.ts';

function recorder() {
  const told: unknown[] = [];
  const reasons: string[] = [];
  const info = (about: { type: string; field: string }, reason: string) => {
    told.push(`${about.type}/${about.field}`);
    reasons.push(reason);
  };
  return { told, reasons, log: { info } as unknown as Log };
}

it('logs each field that is not stored once, whatever its type', () => {
  const { told, log } = recorder();
  const ignored = new IgnoredFields(log);
  const machines = testMachines();
  for (const name of ['meter-1', 'meter-2'])
    ignored.note(machines.find('plant', name), { flow: 1, rssi: -60, note: 'x', seq: 3, ts: 1, hum: '4' });
  ignored.note(machines.find('lab', 'a'), { 'Temp (°C)': 20, list: [1], note: 'warm', none: null });
  expect(told).toEqual(['meter/rssi', 'meter/note', 'meter/hum', 'open/Temp (°C)', 'open/list', 'open/note']);
});

it('says which texts a state may have where the name says that it is one', () => {
  const { reasons, log } = recorder();
  const ignored = new IgnoredFields(log);
  const open = testMachines().find('lab', 'a');
  for (const mode of ['a\nb', '{"a": 1}', 'unknown']) ignored.note(open, { mode });
  expect(reasons).toEqual([
    expect.stringMatching(/^a field is not stored: the text of a state has up to 32 char/),
  ]);
});

it('logs a bounded number of names', () => {
  const { told, log } = recorder();
  const ignored = new IgnoredFields(log);
  const meter = testMachines().find('plant', 'meter-1');
  for (let i = 0; i < 1_000; i++) ignored.note(meter, { [`x${i}`]: i, [`y${i}`]: i });
  expect(told.length).toBe(100);
});
