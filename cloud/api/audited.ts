import type { FastifyRequest } from 'fastify';
import { codeOf } from '../../shared/runtime/errors.ts';
import { bearerOf } from '../../shared/runtime/http-guard.ts';
import { sessionCookie } from './access.ts';
import type { RouteContext } from './context.ts';

const subjectLengthMax = 500;

/**
 * Does what somebody asked for, and keeps who asked, from where, for what, and how it ended. The asking is on disk
 * before anything is done: what cannot be recorded is not done.
 */
export async function audited<T extends object>(
  { audit, clock }: Pick<RouteContext, 'audit' | 'clock'>,
  request: FastifyRequest,
  { action, subject }: { action: string; subject: string },
  work: () => Promise<T>,
): Promise<T> {
  const about = {
    action,
    subject: subject.slice(0, subjectLengthMax),
    by: credentialOf(request),
    address: request.ip,
  };
  const note = (outcome: string | null) => audit.add({ atMs: clock.nowMs(), ...about, outcome });
  await note(null);
  try {
    const result = await work();
    await note(JSON.stringify(result).slice(0, subjectLengthMax));
    return result;
  } catch (error) {
    await note(`failed: ${codeOf(error) ?? 'unexpected error'}`);
    throw error;
  }
}

/** There are no user names: what let the caller in. */
function credentialOf({ headers }: FastifyRequest): 'token' | 'session' | 'loopback' {
  if (bearerOf(headers) !== undefined) return 'token';
  return headers.cookie?.includes(`${sessionCookie}=`) ? 'session' : 'loopback';
}
