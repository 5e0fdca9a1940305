/**
 * What tests need from outside the repository: a real server, a browser, a program of the system. Where it cannot be had
 * the tests fail, because a run that left them out would look like one that passed them. A developer may ask for skips
 * with HARBINGER_TEST_SKIPS=1; in CI (CI=true) that is not heard.
 */

export const skipsVariable = 'HARBINGER_TEST_SKIPS';

/** Null where it is there; otherwise why it is not. @throws Error with the reason, unless skips were asked for */
export function reasonToSkip(found: object, env: NodeJS.ProcessEnv = process.env): string | null {
  if (!('unavailable' in found)) return null;
  const reason = String(found.unavailable);
  const inCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  if (env[skipsVariable] === '1' && !inCi) return reason;
  const advice = inCi ? '' : `; ${skipsVariable}=1 skips what needs it`;
  throw new Error(`what these tests need is missing: ${reason}${advice}`);
}
