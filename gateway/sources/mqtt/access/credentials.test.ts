import { beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { hashPassword } from '../../../../shared/security/passwords.ts';
import { Credentials } from './credentials.ts';

const user = (name: string, secret: object) => ({ name, publish: [], subscribe: [], ...secret });
const password = Buffer.from('secret');
const wrong = Buffer.from('wrong');
let passwordHash = '';
beforeAll(async () => {
  passwordHash = await hashPassword('secret');
});

describe('credentials', () => {
  it('verify a hash once for any number of sensors, and reject wrong passwords without a check after that', async () => {
    let checks = 0;
    const verify = (given: string | Buffer) => {
      checks += 1;
      return new Promise<boolean>((resolve) => setImmediate(resolve, given.toString() === 'secret'));
    };
    const credentials = new Credentials([user('a', { passwordHash })], manualClock(), { verify });
    await expect(credentials.check('a', wrong, 'x')).rejects.toMatchObject({ reason: 'credentials' });
    expect(checks).toBe(1);
    const all = Array.from({ length: 300 }, (_, i) => credentials.check('a', password, `10.0.0.${i}`));
    expect((await Promise.all(all)).every(({ name }) => name === 'a')).toBe(true);
    await credentials.check('a', password, '10.0.1.1');
    await expect(credentials.check('a', wrong, '10.0.1.1')).rejects.toMatchObject({ reason: 'credentials' });
    expect(checks).toBe(2);
  });

  it('name the user in the reason, but never a name that is not configured, which may be a password', async () => {
    const credentials = new Credentials([user('press-1', { password: 'secret' })], manualClock());
    const reason = (name: string) =>
      credentials.check(name, wrong, 'x').then(
        () => 'in',
        (error) => error.message,
      );
    expect(await reason('press-1')).toBe("wrong password of user 'press-1'");
    expect(await reason('hunter2')).toMatch(/^unknown user/);
    for (let i = 0; i < 10; i++) await reason('press-1');
    expect(await reason('press-1')).toMatch(/of user 'press-1' from this address: .* wait a minute/);
    for (let i = 0; i < 10; i++) expect(await reason('hunter2')).not.toContain('hunter2');
  });

  it('really check the hash', async () => {
    const credentials = new Credentials([user('a', { passwordHash })], manualClock());
    await expect(credentials.check('a', wrong, 'x')).rejects.toMatchObject({ reason: 'credentials' });
    expect((await credentials.check('a', password, 'x')).name).toBe('a');
  });

  it('throttle guessing by address and user, longer each time, up to a minute', async () => {
    const clock = manualClock();
    const credentials = new Credentials(
      [user('a', { password: 'secret' }), user('b', { password: 'secret' })],
      clock,
    );
    const guess = (name: string, address: string, given = wrong) =>
      credentials.check(name, given, address).then(
        () => 'in',
        (error) => error.reason,
      );
    for (let i = 0; i < 5; i++) expect(await guess('a', 'x')).toBe('credentials');
    expect(await guess('a', 'x', password)).toBe('throttled');
    expect(await guess('b', 'x', password)).toBe('in');
    expect(await guess('a', 'y', password)).toBe('in');
    clock.advanceNow(1_000);
    expect(await guess('a', 'x')).toBe('credentials');
    clock.advanceNow(1_000);
    expect(await guess('a', 'x', password)).toBe('throttled');
    for (let i = 0; i < 10; i++) {
      clock.advanceNow(60_000);
      expect(await guess('a', 'x')).toBe('credentials');
    }
    clock.advanceNow(60_000);
    expect(await guess('a', 'x', password)).toBe('in');
  });

  it('do not lock out correct sensors because of a wrong one behind the same address', async () => {
    const credentials = new Credentials([user('a', { password: 'secret' })], manualClock());
    await credentials.check('a', password, 'nat');
    for (let i = 0; i < 20; i++) await expect(credentials.check('a', wrong, 'nat')).rejects.toThrow();
    await expect(credentials.check('a', wrong, 'nat')).rejects.toMatchObject({ reason: 'throttled' });
    expect((await credentials.check('a', password, 'nat')).name).toBe('a');
  });

  it('answer that they are busy if too many hashes wait', async () => {
    let running = 0;
    let runningMost = 0;
    const verify = async () => {
      running += 1;
      runningMost = Math.max(runningMost, running);
      await new Promise(setImmediate);
      running -= 1;
      return true;
    };
    const users = Array.from({ length: 300 }, (_, i) => user(`u${i}`, { passwordHash }));
    const credentials = new Credentials(users, manualClock(), { verify });
    const answers = await Promise.allSettled(users.map(({ name }) => credentials.check(name, password, 'x')));
    const busy = answers.filter((answer) => answer.status === 'rejected');
    expect(busy.length).toBe(300 - 202);
    expect(runningMost).toBe(2);
    expect(busy.every(({ reason }) => reason.reason === 'busy' && reason.returnCode === 3)).toBe(true);
  });
});
