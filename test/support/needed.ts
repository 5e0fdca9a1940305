/**
 * Requirements of tests from outside the repository: a real server, a browser, a program of the system. Without them
 * the tests fail, because a run that left them out would look like one that passed them. A developer may ask for skips
 * with HARBINGER_TEST_SKIPS=1; in CI (CI=true) that is ignored.
 */

export const skipsVariable = 'HARBINGER_TEST_SKIPS';

/**
 * Null if the requirement is available; otherwise why it is not. @throws Error with the reason, unless skips were asked
 * for
 */
export function reasonToSkip(found: object, env: NodeJS.ProcessEnv = process.env): string | null {
  if (!('unavailable' in found)) return null;
  const reason = String(found.unavailable);
  const inCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  if (env[skipsVariable] === '1' && !inCi) return reason;
  const advice = inCi ? '' : `; ${skipsVariable}=1 skips what needs it`;
  throw new Error(`a requirement of these tests is missing: ${reason}${advice}`);
}
