import { passwordProblems, repeatedProblems } from '../../shared/config/entry-problems.ts';
import { type ConfigProblem, doubtful, refuse } from '../../shared/config/problem.ts';
import { eachSound, rules } from '../../shared/config/sound-view.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { PasswordCheck } from '../../shared/security/password-check.ts';
import type { verifyPassword } from '../../shared/security/passwords.ts';
import type { GatewayCredentials } from './config.ts';

/** A gateway that is told `busy` connects again by itself, so that none has to wait here. */
const hashLimits = { atOnceMax: 8, waitingMax: 0 };

/** The passwords of gateways, by their ids. @throws ConfigError CONFIG_INVALID, PASSWORD_HASH_INVALID */
export function createCredentials(
  gateways: readonly GatewayCredentials[],
  clock: Clock,
  verify?: typeof verifyPassword,
): PasswordCheck {
  refuse(credentialProblems(gateways));
  const passwords = new PasswordCheck(clock, hashLimits, verify);
  for (const gateway of gateways) passwords.add(gateway.id, gateway);
  return passwords;
}

/** Finds gateways that are listed twice, and passwords that are missing or malformed. */
export function credentialProblems(gateways: readonly GatewayCredentials[]): ConfigProblem[] {
  const nobody = 'gateways is empty: no gateway may connect; list each under [[gateways]]';
  return rules(
    () => (gateways.length === 0 ? [doubtful('gateways', nobody)] : []),
    () =>
      repeatedProblems(
        gateways,
        (_, i) => `gateways[${i}].id`,
        ({ id }) => id,
      ),
    () => eachSound(gateways, (gateway, i) => passwordProblems(gateway, `gateways[${i}]`)),
  );
}
