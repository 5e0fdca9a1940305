/** A process that lives through the years that it is told to: see pool.ts. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveYear } from '../year.ts';
import type { Answer, Job } from './job.ts';

/** In memory where there is such a folder: the files of gateways decide nothing that a disk would change. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

// Some errors are the ordinary answer of a policy that has none; their stacks would take a tenth of the time.
Error.stackTraceLimit = 0;

async function live(job: Job): Promise<void> {
  const before = process.cpuUsage();
  const folder = mkdtempSync(join(place, 'harbinger-year-'));
  const verdict = await liveYear({ ...job, folder });
  const { user, system } = process.cpuUsage(before);
  process.send?.({ verdict, cpuMs: (user + system) / 1_000 } satisfies Answer);
}

process.on('message', (job: Job) => void live(job));
process.on('disconnect', () => process.exit(0));
