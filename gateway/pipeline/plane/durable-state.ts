/**
 * Parts of the data plane (gateway/pipeline/plane): this file opens everything that is on the disk, and calls.ts is the
 * table of what the main thread may ask for. ../plane.ts composes both with the pipeline and the uplink.
 */
import { join } from 'node:path';
import { type Lane, lanes as laneNames } from '../../../shared/contract/lanes.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import {
  type DeadLetters,
  type DeadLettersOptions,
  openDeadLetters,
} from '../../deadletters/dead-letters.ts';
import { type JournalOptions, type JournalSet, openJournals } from '../../journal/journal-set.ts';
import { openRecords } from '../../journal/records/open-records.ts';
import { Losses } from '../../lanes/losses.ts';
import type { Journal } from '../../ports/journal.ts';
import {
  openRefusedBatches,
  type RefusedBatches,
  type RefusedBatchesOptions,
} from '../../refused-batches/refused-batches.ts';
import type { DataPlaneConfig } from '../config.ts';
import { takeOwner } from './owner.ts';

export interface DurableStateDeps {
  clock: Clock;
  random: Random;
  log: Log;
  /** Replace the computer's own disk in a simulation. */
  openJournals?(options: JournalOptions): Promise<JournalSet>;
  openDeadLetters?(options: DeadLettersOptions): Promise<DeadLetters>;
  openRefusedBatches?(options: RefusedBatchesOptions): Promise<RefusedBatches>;
}

/** Everything of the data plane that outlasts the process. */
export interface DurableState {
  journals: JournalSet;
  byLane: Record<Lane, Journal>;
  letters: DeadLetters;
  refused: RefusedBatches;
  /** Losses since the start, of journal and refused batches. */
  losses: Losses;
  /** Makes all of it durable and closes it. */
  stop(): Promise<void>;
}

/** Opens and recovers the journal, the dead letters and the refused batches. @throws HarbingerError JOURNAL_*, GATEWAY_RENAMED */
export async function openDurableState(
  config: DataPlaneConfig,
  deps: DurableStateDeps,
): Promise<DurableState> {
  const { clock, random, log } = deps;
  const { dataDir, deadLetters, uplink } = config;
  const losses = new Losses();
  const recordsIn = (dir: string) => openRecords({ dir, clock, random, log });
  const journals = await openLanes(config, deps, losses);
  const letters = await (deps.openDeadLetters ?? openDeadLetters)({
    dir: join(dataDir, 'deadletters'),
    ...deadLetters,
    openRecords: recordsIn,
    clock,
    log,
  });
  const refused = await (deps.openRefusedBatches ?? openRefusedBatches)({
    dir: join(dataDir, 'refused'),
    countMax: uplink.refusedCountMax,
    bytesMax: uplink.refusedBytesMax,
    openRecords: recordsIn,
    onLoss: (loss) => losses.add(loss),
    clock,
    log,
  });
  const stop = async () => {
    await journals.stop();
    await letters.stop();
    await refused.stop();
  };
  try {
    await takeOwner(config.gateway, { journals, refused: refused.counts().count, log });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    journals,
    byLane: eachLane((lane) => journals.lane(lane)),
    letters,
    refused,
    losses,
    stop,
  };
}

/**
 * Opens the journal with all lanes. The uplink's cursors are created at once, so that blocks it has not read are
 * counted if they are dropped.
 */
async function openLanes(
  { dataDir, journal: { bytesMax, whenFull } }: DataPlaneConfig,
  { clock, random, log, openJournals: open = openJournals }: DurableStateDeps,
  losses: Losses,
): Promise<JournalSet> {
  const journals = await open({
    dir: join(dataDir, 'journal'),
    lanes: laneNames,
    limits: { bytesMax, whenFull },
    clock,
    random,
    log,
    onLoss: (loss) => losses.add(loss),
  });
  for (const lane of laneNames) journals.lane(lane).cursor('uplink');
  return journals;
}

function eachLane(journalOf: (lane: Lane) => Journal): Record<Lane, Journal> {
  return Object.fromEntries(laneNames.map((lane) => [lane, journalOf(lane)])) as Record<Lane, Journal>;
}
