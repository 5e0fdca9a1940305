/** Checks of what people ask for. */
import { expect, it } from 'vitest';
import { checkedAsked } from './asked.ts';
import { fleetKinds } from './kinds/kinds.ts';

const about = { kinds: fleetKinds, gateways: ['hall'], nowMs: 1_000 };
const machine = { site: 'hall-1', machine: 'fan-3' };
const asked = (body: Record<string, unknown>, more: object = { gateway: 'hall', untilMs: 2_000 }) =>
  checkedAsked({ kind: 'overrides', body, who: 'maria', why: 'loud', ...more }, about);

it('an alert that a person wants is of one machine at one gateway, and has an end', () => {
  expect(asked({ action: 'alert', ...machine, severity: 'critical' })).toMatchObject({
    name: 'alert:hall-1/fan-3',
  });
  const problems: [object, object | undefined, RegExp][] = [
    [{ site: 'hall-1' }, undefined, /of one machine/],
    [{ type: 'pump' }, undefined, /of one machine/],
    [{ ...machine, severity: 'mild' }, undefined, /there are: warning, critical/],
    [{ ...machine, model: 'pump-rul@2.0.0' }, undefined, /belongs to pin/],
    [machine, { untilMs: 2_000 }, /say at which gateway/],
    [machine, { gateway: 'hall' }, /has an end/],
  ];
  for (const [body, more, problem] of problems)
    expect(() => asked({ action: 'alert', ...body }, more)).toThrow(problem);
  expect(() => asked({ action: 'mute', ...machine, severity: 'critical' })).toThrow(/belong to alert/);
  expect(asked({ action: 'mute', ...machine }, {})).toMatchObject({ name: 'mute:hall-1/fan-3' });
});

it('words say what is wanted', () => {
  const { text } = fleetKinds.find(({ kind }) => kind === 'overrides')!;
  expect(text({ action: 'alert', ...machine })).toBe('hall-1/fan-3: an alert is open');
  expect(text({ action: 'alert', ...machine, severity: 'critical' })).toBe(
    'hall-1/fan-3: a critical alert is open',
  );
});

it('the account of a device is for one gateway, and sound', () => {
  const body = { user: 'fan-3', passwordHash: 'scrypt:2:1:1:aaaaaaaaaaaaaaaa:aaaaaaaaaaaaaaaa' };
  const account = (more: object, at: object = { gateway: 'hall' }) =>
    checkedAsked({ kind: 'accounts', body: { ...body, ...more }, who: 'maria', why: 'new', ...at }, about);
  expect(account({})).toMatchObject({ name: 'fan-3' });
  expect(() => account({}, {})).toThrow(/say at which gateway/);
  expect(() => account({ passwordHash: '(hidden)' })).toThrow(/does not have the form/);
  expect(() => account({ machines: ['hall'] })).toThrow(/SITE\/MACHINE/);
});
