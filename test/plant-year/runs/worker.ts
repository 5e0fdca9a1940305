/** A process that lives through the years that it is told to: see pool.ts. */
import { liveYear } from '../year.ts';
import { yearFolder } from './folder.ts';
import type { Answer, Job } from './job.ts';

// Some errors are the ordinary answer of a policy that has none; their stacks would take a tenth of the time.
Error.stackTraceLimit = 0;

async function live(job: Job): Promise<void> {
  const before = process.cpuUsage();
  const verdict = await liveYear({ ...job, folder: yearFolder() });
  const { user, system } = process.cpuUsage(before);
  process.send?.({ verdict, cpuMs: (user + system) / 1_000 } satisfies Answer);
}

process.on('message', (job: Job) => void live(job));
process.on('disconnect', () => process.exit(0));
