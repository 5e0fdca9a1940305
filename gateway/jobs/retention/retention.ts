import type { Job } from '../../../shared/jobs/job.ts';
import type { GatewayJobDeps } from '../../ports/job.ts';

export function createRetention({ log, deadLetters }: GatewayJobDeps): Job {
  return { run: async () => log.info(await deadLetters.dropOld(), 'retention') };
}
