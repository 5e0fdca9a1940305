import { expect, it } from 'vitest';
import { decodeText } from '../fixtures.testing.ts';
import { number } from '../formats/number/number.ts';
import { availabilityOf, isAvailabilityName } from './availability.ts';

it.each([
  ['online', true],
  ['Online', true],
  ['"offline"', false],
  ['OFFLINE\n', false],
  ['lost', false],
  ['{"state":"offline"}', false],
  ['{"online": true, "rssi": -60}', true],
  ['{"status":"ok"}', null],
  ['{"state":"offline","status":"online"}', null],
  ['{"state":', null],
  ['1', null],
  ['on', null],
  ['', null],
  [`{"state":"offline","note":"${'n'.repeat(300)}"}`, null],
])('%j means %j', (payload, meaning) => {
  expect(availabilityOf(Buffer.from(payload))).toBe(meaning);
});

it('is heard on sensor topics that are named so, which still take numbers; others stay what they were', () => {
  expect(['LWT', 'availability', 'status', undefined, 'flow'].map(isAvailabilityName)).toEqual([
    ...[true, true, true],
    ...[false, false],
  ]);
  expect(decodeText(number, 'Offline', 'LWT')).toEqual([{ availability: { isOnline: false } }]);
  expect(decodeText(number, '{"state":"online"}', 'status')).toEqual([{ availability: { isOnline: true } }]);
  expect(decodeText(number, '4', 'status')).toEqual([{ values: { status: 4 } }]);
  // A word is a state there, if the contract has one of that name.
  expect(decodeText(number, 'offline', 'flow')).toEqual([{ values: { flow: 'offline' } }]);
  expect(decodeText(number, '1,5', 'flow')).toMatchObject([{ unreadable: { refused: [{ value: '1,5' }] } }]);
});
