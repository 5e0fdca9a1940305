import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import type { GatewayJobDeps } from '../../../gateway/ports/job.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import type { ManualClock } from '../../../shared/runtime/manual-clock.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';

/** Everything that a job may use, on a real data plane; the summary of the status is the caller's. */
export function jobDeps(
  { calls, estimates }: DataPlane,
  { clock, dataDir }: { clock: ManualClock; dataDir: string },
): Omit<GatewayJobDeps, 'log'> {
  const random = systemRandom;
  return {
    gateway: 'g',
    clock,
    random,
    dataDir,
    openRecords: (dir) => openRecords({ dir, clock, random, log: silentLog }),
    outbox: { event: (event) => calls.event(event), estimates },
    deadLetters: {
      list: calls.deadLettersList,
      show: calls.deadLettersShow,
      redrive: calls.deadLettersRedrive,
      drop: calls.deadLettersDrop,
      dropOld: calls.deadLettersDropOld,
    },
    refused: {
      list: calls.refusedList,
      show: calls.refusedShow,
      redrive: calls.refusedRedrive,
      drop: calls.refusedDrop,
    },
    summary: async () => ({}),
  };
}
