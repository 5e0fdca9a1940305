import type { Job } from '../../../shared/jobs/job.ts';
import type { GatewayJobDeps } from '../../ports/job.ts';

export function createStatistics({ log, summary }: GatewayJobDeps): Job {
  return { run: async () => log.info(await summary(), 'statistics') };
}
