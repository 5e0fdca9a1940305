import { hashPassword } from '../security/passwords.ts';
import { newSecret } from '../security/secret.ts';

/**
 * Cost of the hash of a secret that was made here. With 192 random bits nobody finds it by guessing, whatever a guess costs, and
 * ten thousand devices that connect again after a restart are checked in seconds instead of minutes.
 */
const cost = { N: 1_024, r: 8, p: 1 };

/** Returns a new secret, and its hash to be kept. The secret can be shown once, and is known to nobody afterwards. */
export async function newDeviceSecret(): Promise<{ secret: string; passwordHash: string }> {
  const secret = newSecret(24).toString('base64url');
  return { secret, passwordHash: await hashPassword(secret, cost) };
}
