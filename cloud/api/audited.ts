import type { FastifyRequest } from 'fastify';
import { codeOf } from '../../shared/runtime/errors.ts';
import type { RouteContext } from './context.ts';

const subjectLengthMax = 500;

/**
 * Runs `work` and records who asked for it, from where, for what, and with which outcome. The request is on disk before
 * anything is done: a change that cannot be recorded is not made.
 * @param outcomeOf what is recorded of the result, if not all of it
 */
export async function audited<T extends object>(
  { audit, clock }: Pick<RouteContext, 'audit' | 'clock'>,
  request: FastifyRequest,
  { action, subject }: { action: string; subject: string },
  work: () => Promise<T>,
  outcomeOf: (result: T) => object = (result) => result,
): Promise<T> {
  const about = {
    action,
    subject: subject.slice(0, subjectLengthMax),
    by: request.who?.name ?? 'loopback',
    address: request.ip,
  };
  const note = (outcome: string | null) => audit.add({ atMs: clock.nowMs(), ...about, outcome });
  await note(null);
  try {
    const result = await work();
    await note(JSON.stringify(outcomeOf(result)).slice(0, subjectLengthMax));
    return result;
  } catch (error) {
    await note(`failed: ${codeOf(error) ?? 'unexpected error'}`);
    throw error;
  }
}
