/**
 * The data plane: pipeline, journal, dead letters and uplink, all in the data thread. Everything that must be on disk
 * before an acknowledgement is done here, off the main thread, which continues to serve sensors meanwhile.
 */
import { join } from 'node:path';
import { type Lane, lanes as laneNames } from '../../shared/contract/lanes.ts';
import { readSeam } from '../../shared/parts/seam.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { type DeadLetters, type DeadLettersOptions, openDeadLetters } from '../deadletters/dead-letters.ts';
import { LetterAdmin } from '../deadletters/letter-admin.ts';
import { BlockBuilder } from '../decode/blocks/block-builder.ts';
import { replayTail } from '../decode/blocks/replay-tail.ts';
import { AssumedResends } from '../decode/identity/assumed-resends.ts';
import { ReadingIdentity } from '../decode/identity/reading-identity.ts';
import { type RecentReadings, recentReadings } from '../decode/identity/recent-readings.ts';
import { IgnoredFields } from '../decode/ignored-fields.ts';
import { createRoutes } from '../decode/routes.ts';
import { type JournalOptions, type JournalSet, openJournals } from '../journal/journal-set.ts';
import { openRecords } from '../journal/records/open-records.ts';
import { replayEventIds } from '../lanes/event-ids.ts';
import { lifecycleEvent } from '../lanes/events.ts';
import { Lanes } from '../lanes/lanes.ts';
import { LossReporter } from '../lanes/loss-reporter.ts';
import { Losses } from '../lanes/losses.ts';
import type { Journal } from '../ports/journal.ts';
import type { UplinkPositions } from '../ports/refused.ts';
import type { RawMessage } from '../ports/source.ts';
import type { CloudLink } from '../ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import { RefusedAdmin } from '../refused/refused-admin.ts';
import {
  openRefusedBatches,
  type RefusedBatches,
  type RefusedBatchesOptions,
} from '../refused/refused-batches.ts';
import { isNameOf } from '../uplink/batches.ts';
import { mqttLinks } from '../uplink/mqtt-link.ts';
import { Uplink } from '../uplink/uplink.ts';
import type { DataPlaneConfig } from './config.ts';
import type { DataCalls, DataThreadInit } from './messages.ts';
import { Pipeline } from './pipeline.ts';
import { dataStatus } from './status.ts';

export interface DataPlaneDeps {
  clock: Clock;
  random: Random;
  log: Log;
  columns(columns: ColumnBatch): void;
  lifecycle(notice: LifecycleNotice): void;
  /** Replace the computer's own disk and network in a simulation. */
  openJournals?(options: JournalOptions): Promise<JournalSet>;
  openDeadLetters?(options: DeadLettersOptions): Promise<DeadLetters>;
  openRefusedBatches?(options: RefusedBatchesOptions): Promise<RefusedBatches>;
  link?(): CloudLink;
  recent?: RecentReadings;
}

export interface DataPlane {
  /** Processes a batch; resolves when all of it is durable. `forEach` is called once, synchronously. */
  take(forEach: (each: (message: RawMessage) => void) => void): Promise<void>;
  estimates(lines: string[]): void;
  calls: DataCalls;
}

/**
 * Opens and recovers everything; only `startUplink` connects to the cloud. @throws HarbingerError JOURNAL_* and
 * configuration errors
 */
export async function startDataPlane(
  { config, types }: DataThreadInit,
  deps: DataPlaneDeps,
): Promise<DataPlane> {
  const { clock, random, log } = deps;
  const { gateway } = config;
  const { machines, routes, decoders } = await createRoutes(config, types);

  const losses = new Losses();
  const journals = await openLanes(config, deps, losses);
  const byLane = eachLane((lane) => journals.lane(lane));
  const letters = await (deps.openDeadLetters ?? openDeadLetters)({
    dir: join(config.dataDir, 'deadletters'),
    ...config.deadLetters,
    openRecords: (dir) => openRecords({ dir, clock, random, log }),
    log,
  });
  const refused = await (deps.openRefusedBatches ?? openRefusedBatches)({
    dir: join(config.dataDir, 'refused'),
    countMax: config.uplink.refusedCountMax,
    bytesMax: config.uplink.refusedBytesMax,
    openRecords: (dir) => openRecords({ dir, clock, random, log }),
    onLoss: (loss) => losses.add(loss),
    clock,
    log,
  });
  const lanes = new Lanes(byLane, { ...config.journal, clock, random, log });
  const record = (event: Parameters<typeof lanes.events.add>[0]) => lanes.events.add(event);

  const recent = deps.recent ?? recentReadings(clock, random);
  const assumedResends = new AssumedResends(log);
  const bounds = { ...config.timestamps, ...clockKnowledge(clock) };
  const identity = new ReadingIdentity(recent, bounds, assumedResends, random);
  const builder = new BlockBuilder();
  const ignoredFields = new IgnoredFields(log);
  const toWindows = (columns: ColumnBatch, seq?: number) =>
    deps.columns(seq === undefined ? columns : { ...columns, block: { journal: journals.id, seq } });
  const pipeline = new Pipeline({
    random,
    routes,
    identity,
    builder,
    journal: (block) => lanes.append('readings', block),
    deadLetters: (added) => letters.add(added),
    async lifecycle({ eventId, ...notice }) {
      await record(lifecycleEvent(gateway, { eventId, ...notice }));
      deps.lifecycle(notice);
    },
    ignoredFields: (schema, values) => ignoredFields.note(schema, values),
    windows: toWindows,
  });

  const { replayBytes } = config.journal;
  await replayTail({ journal: journals, recent, machines, builder, windowsBytes: replayBytes }, toWindows);
  await replayEventIds(journals, lanes.events);

  const link = deps.link ?? mqttLinks(gateway, config.uplink, deps);
  const uplinkParts = { gateway, journals: byLane, setAside: refused, clock, random, log };
  const uplink = link && new Uplink(config.uplink, { ...uplinkParts, link });
  const lossReporter = new LossReporter({ gateway, journalId: journals.id, losses, record, clock, log });
  const letterAdmin = new LetterAdmin(letters, async (messages) => {
    const before = pipeline.counts.deadLetters;
    const settled = pipeline.take((each) => messages.forEach(each));
    // Counted at once: everything is decoded synchronously, and other messages may fail until these are settled.
    const failed = pipeline.counts.deadLetters - before;
    await settled;
    return failed;
  });
  const positions: UplinkPositions = {
    hasPassed: ({ journal, lane, lastSeq }) =>
      !isNameOf(journals.id, journal) || byLane[lane].cursor('uplink').seq >= lastSeq,
    async save() {
      await Promise.all(laneNames.map((lane) => byLane[lane].cursor('uplink').flush()));
    },
  };
  const refusedAdmin = new RefusedAdmin(refused, { resender: uplink, positions, clock });
  const { blocksAfter } = journals;
  const formats = () => readSeam(decoders);
  const statusParts = {
    pipeline,
    identity,
    assumedResends,
    machines,
    journals: byLane,
    blocksAfter,
    lanes,
    losses,
    formats,
  };
  const calls: DataCalls = {
    async status() {
      void lossReporter.report();
      return dataStatus({ ...statusParts, uplink, letters, letterAdmin, refused, refusedAdmin });
    },
    async startUplink() {
      uplink?.start();
    },
    event: record,
    deadLettersList: (query) => letterAdmin.list(query),
    deadLettersShow: (id) => letterAdmin.show(id),
    deadLettersRedrive: (which) => letterAdmin.redrive(which),
    deadLettersDrop: (which) => letterAdmin.drop(which),
    refusedList: (query) => refusedAdmin.list(query),
    refusedShow: (id) => refusedAdmin.show(id),
    refusedRedrive: (which) => refusedAdmin.redrive(which),
    refusedDrop: (which) => refusedAdmin.drop(which),
    retain: () => letterAdmin.dropBefore(clock.nowMs() - config.deadLetters.ageDaysMax * 86_400_000),
    async stop() {
      lanes.stopRetrying();
      await uplink?.stop();
      await Promise.all([lanes.estimates.flush(), lossReporter.report()]);
      await pipeline.idle();
      await journals.stop();
      await letters.stop();
      await refused.stop();
    },
  };
  void lossReporter.report();
  return {
    take: (forEach) => pipeline.take(forEach),
    estimates: (lines) => lanes.estimates.add(lines),
    calls,
  };
}

/**
 * Opens the journal with all lanes. The uplink's cursors are created at once, so that blocks it has not read are
 * counted if they are dropped.
 */
async function openLanes(
  { dataDir, journal: { bytesMax, whenFull } }: DataPlaneConfig,
  { clock, random, log, openJournals: open = openJournals }: DataPlaneDeps,
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

/** If the clock can tell whether it is set, device times ahead of an unset clock are accepted. */
function clockKnowledge(clock: Clock): { isClockSet?: () => boolean } {
  return clock.isSet ? { isClockSet: () => clock.isSet?.() !== false } : {};
}
