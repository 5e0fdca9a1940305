import { describe, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { PasswordCheck, PasswordVerdict } from '../../shared/security/password-check.ts';
import { hashPassword } from '../../shared/security/passwords.ts';
import { createCredentials } from './credentials.ts';

const right = Buffer.from('a password of north');
const wrong = Buffer.from('a guess at it');
const gateways = [
  { id: 'north', password: right.toString() },
  { id: 'south', password: 'a password of south' },
];
const southsPassword = Buffer.from('a password of south');

function checkOf(...given: Parameters<typeof createCredentials>): PasswordCheck['check'] {
  const passwords = createCredentials(...given);
  return (id, password, address) => passwords.check(id, password, address);
}

async function repeat(times: number, check: () => Promise<PasswordVerdict>): Promise<PasswordVerdict[]> {
  const verdicts: PasswordVerdict[] = [];
  for (let i = 0; i < times; i++) verdicts.push(await check());
  return verdicts;
}

describe('gateway logins', () => {
  it('are throttled by gateway and address after a few failures, for a minute at most', async () => {
    const clock = manualClock();
    const check = checkOf(gateways, clock);
    expect(await repeat(6, () => check('north', wrong, '192.0.2.1'))).toEqual([
      ...Array<PasswordVerdict>(5).fill('refused'),
      'throttled',
    ]);
    expect(await check('north', right, '192.0.2.1')).toBe('throttled');
    await clock.advance(60_000);
    expect(await check('north', right, '192.0.2.1')).toBe('accepted');
  });

  it('of others behind the same address, and of the same gateway elsewhere, are not throttled', async () => {
    const check = checkOf(gateways, manualClock());
    await repeat(20, () => check('north', wrong, '192.0.2.1'));
    await repeat(20, () => check('nobody', wrong, '192.0.2.1'));
    expect(await check('south', southsPassword, '192.0.2.1')).toBe('accepted');
    expect(await check('north', right, '192.0.2.2')).toBe('accepted');
  });

  it('are accepted with the right password from an address that was used before, whoever guesses from there', async () => {
    const check = checkOf(gateways, manualClock());
    expect(await check('north', right, '192.0.2.1')).toBe('accepted');
    await repeat(20, () => check('north', wrong, '192.0.2.1'));
    expect(await check('north', wrong, '192.0.2.1')).toBe('throttled');
    expect(await check('north', right, '192.0.2.1')).toBe('accepted');
  });

  it('under unknown names share one allowance per address', async () => {
    const check = checkOf(gateways, manualClock());
    let guess = 0;
    await repeat(5, () => check(`made-up-${guess++}`, wrong, '192.0.2.1'));
    expect(await check('made-up', wrong, '192.0.2.1')).toBe('throttled');
    expect(await check('made-up', wrong, '192.0.2.2')).toBe('refused');
  });

  it('compute a hash until the right password is known, and only a few hashes at once', async () => {
    const passwordHash = await hashPassword(right.toString());
    let hashes = 0;
    const release: (() => void)[] = [];
    const verify = async (given: string | Buffer) => {
      hashes++;
      await new Promise<void>((resolve) => release.push(resolve));
      return given.toString() === right.toString();
    };
    const check = checkOf([{ id: 'north', passwordHash }], manualClock(), verify);
    const guesses = Array.from({ length: 12 }, (_, i) => check('north', Buffer.from(`${i}`), `192.0.2.${i}`));
    for (const done of release.splice(0)) done();
    const verdicts = await Promise.all(guesses);
    expect(verdicts.filter((verdict) => verdict === 'refused').length).toBe(8);
    expect(verdicts.filter((verdict) => verdict === 'busy').length).toBe(4);
    expect(hashes).toBe(8);
    const reconnecting = Array.from({ length: 12 }, (_, i) => check('north', right, `192.0.2.${i}`));
    for (const done of release.splice(0)) done();
    expect(await Promise.all(reconnecting)).toEqual(Array<PasswordVerdict>(12).fill('accepted'));
    expect(await check('north', wrong, '192.0.2.98')).toBe('refused');
    expect(hashes).toBe(9);
  });
});
