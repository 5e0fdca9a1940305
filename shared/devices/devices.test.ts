import { expect, it } from 'vitest';
import { accountProblem, normalCertificate } from './account.ts';
import { effectiveRights } from './rights.ts';
import { weakRights, weakUserRights } from './weak.ts';

const account = { user: 'fan-3', certificate: 'CN=fan-3' };

it('without rights of its own, a device has those of the machine with its name', () => {
  expect(effectiveRights(account)).toEqual({
    publish: ['telemetry/+/fan-3/#'],
    subscribe: ['telemetry/+/fan-3/#', 'harbinger/+/fan-3/#'],
  });
});

it('machines, filters and lifecycle are what it is given, and nothing else', () => {
  const rights = {
    machines: ['hall-1/{user}', 'hall-1/pump'],
    publish: ['tele/{user}/#'],
    lifecycle: true,
  } as const;
  expect(
    effectiveRights({ ...account, ...rights, machines: [...rights.machines], publish: [...rights.publish] }),
  ).toEqual({
    publish: [
      ...['telemetry/hall-1/fan-3/#', 'telemetry/hall-1/pump/#'],
      ...['lifecycle/hall-1/fan-3', 'lifecycle/hall-1/pump', 'tele/fan-3/#'],
    ],
    subscribe: [
      ...['telemetry/hall-1/fan-3/#', 'telemetry/hall-1/pump/#'],
      ...['harbinger/hall-1/fan-3/#', 'harbinger/hall-1/pump/#'],
    ],
  });
  expect(effectiveRights({ ...account, subscribe: ['harbinger/#'] }).publish).toEqual([]);
});

it.each<[object, RegExp]>([
  [{ certificate: undefined }, /neither a secret nor a certificate/],
  [{ certificate: 'press' }, /neither a SHA-256 fingerprint/],
  [{ passwordHash: 'secret-in-the-wrong-place' }, /does not have the form/],
  [{ machines: ['hall-1'] }, /is not SITE\/MACHINE/],
  [{ machines: ['hall-1/#'] }, /is not SITE\/MACHINE/],
  [{ publish: ['a/#/b'] }, /not a valid topic filter/],
])('%j is refused', (more, problem) => {
  const text = accountProblem({ ...account, ...more });
  expect(text).toMatch(problem);
  expect(text).not.toContain('secret-in');
});

it('a fingerprint is known in each form in which tools print it', () => {
  const colons = Array(32).fill('0A').join(':');
  for (const form of [colons, '0a'.repeat(32), `sha256 ${colons}`, `SHA256:${'0A'.repeat(32)}`])
    expect(normalCertificate(form)).toBe(colons);
  expect(normalCertificate('0a'.repeat(31))).toBeNull();
});

it('wide rights are named, and those of users that are usual are not', () => {
  const all = { publish: ['#'], subscribe: ['#'] };
  expect(weakRights(all)).toEqual(['may publish to every topic', 'may read every topic']);
  const sensors = { publish: ['telemetry/#'], subscribe: [] };
  expect(weakRights(sensors)).toEqual(['may send readings of every machine']);
  expect(weakUserRights(sensors)).toEqual([]);
  expect(weakUserRights({ publish: ['lifecycle/#'], subscribe: [] })).toEqual([]);
  expect(weakUserRights({ publish: ['telemetry/#', 'lifecycle/#'], subscribe: [] })).toHaveLength(2);
  expect(weakRights(effectiveRights(account))).toEqual([]);
});
