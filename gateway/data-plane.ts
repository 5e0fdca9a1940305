/**
 * What the data thread runs: pipeline, journal, dead letters, uplink. Everything that must be on disk before an
 * acknowledgement passes here, off the main thread, which keeps serving sensors meanwhile.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkEvent, type EventType, type HarbingerEvent } from '../shared/contract/events.ts';
import { type Lane, lanes } from '../shared/contract/lanes.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { DataCalls, DataStatus, DataThreadInit } from './data-messages.ts';
import { type DeadLetters, type DeadLettersOptions, openDeadLetters } from './deadletters/dead-letters.ts';
import { BlockBuilder } from './decode/block-builder.ts';
import { IgnoredFields } from './decode/ignored-fields.ts';
import { Machines } from './decode/machines/machines.ts';
import { ReadingIdentity } from './decode/reading-identity.ts';
import { RecentReadings } from './decode/recent-readings.ts';
import { replayTail } from './decode/replay-tail.ts';
import { Routes } from './decode/routes.ts';
import { EstimatesBuffer } from './intake/estimates-buffer.ts';
import { replayEventIds } from './intake/event-ids.ts';
import { EventQueue } from './intake/event-queue.ts';
import { Losses } from './intake/losses.ts';
import { letterIdsBefore, redriveLetters } from './intake/redrive.ts';
import { RetryingAppender } from './intake/retrying-appender.ts';
import type { JournalFs } from './journal/fs.ts';
import { openJournals } from './journal/journal-set.ts';
import { Pipeline } from './pipeline.ts';
import type { Block, Journal } from './ports/journal.ts';
import type { RawMessage } from './ports/source.ts';
import type { CloudLink } from './ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from './ports/watch.ts';
import { MqttLink } from './uplink/mqtt-link.ts';
import { Uplink } from './uplink/uplink.ts';

/** How much of the journal's tail to read for recognising resends after a restart. */
const identitiesBytes = 8 << 20;
/** Entries known for resends, two a reading: a minute at 1,000 readings a second, and two seconds at 200,000. */
const recentMin = 1 << 17;
const recentGrowth = { capacityMax: 1 << 19, withinMs: 60_000 };
/** The same for events: some thousands of them. */
const eventIdsBytes = 256 << 10;
const topicsPerMachine = 4;

export interface DataPlaneDeps {
  clock: Clock;
  random: Random;
  log: Log;
  columns(columns: ColumnBatch): void;
  lifecycle(notice: LifecycleNotice): void;
  /** What it stands on, where that is not the computer's own disk and network: a simulation's. */
  fs?: JournalFs;
  openDeadLetters?(options: DeadLettersOptions): Promise<DeadLetters>;
  link?(): CloudLink;
  recent?: RecentReadings;
}

export interface DataPlane {
  take(forEach: (each: (message: RawMessage) => void) => void): Promise<void>;
  estimates(lines: string[]): void;
  calls: DataCalls;
}

/** Opens, recovers and starts everything. @throws HarbingerError JOURNAL_* and configuration errors */
export async function startDataPlane(
  { config, types }: DataThreadInit,
  deps: DataPlaneDeps,
): Promise<DataPlane> {
  const { clock, random, log } = deps;
  const losses = new Losses();
  const machines = new Machines({
    gateway: config.gateway,
    types,
    rules: config.machines,
    unknown: config.unknownMachines === 'dead-letter' ? 'dead-letter' : { type: config.unknownMachines },
    machinesMax: config.machinesMax,
  });
  const routes = new Routes(config.routes, machines, config.machinesMax * topicsPerMachine);

  const { bytesMax, whenFull, appendPatienceMs, replayBytes } = config.journal;
  const journals = await openJournals({
    dir: join(config.dataDir, 'journal'),
    lanes,
    limits: { bytesMax, whenFull },
    ...(deps.fs && { fs: deps.fs }),
    clock,
    random,
    log,
    onLoss: (loss) => losses.add(loss),
  });
  const byLane = Object.fromEntries(lanes.map((lane) => [lane, journals.lane(lane)])) as Record<
    Lane,
    Journal
  >;
  for (const lane of lanes) byLane[lane].cursor('uplink');
  const letters = await (deps.openDeadLetters ?? openDeadLetters)({
    dir: join(config.dataDir, 'deadletters'),
    ...config.deadLetters,
    clock,
    log,
  });

  const stopping = new AbortController();
  const patience = { patienceMs: appendPatienceMs, clock, random, log, stopping: stopping.signal };
  const appenders = lanes.map((lane) => new RetryingAppender(byLane[lane], patience));
  const appender = (lane: Lane) => (block: Omit<Block, 'seq'>) =>
    appenders[lanes.indexOf(lane)]!.append(block);
  const events = new EventQueue(appender('events'));
  const estimates = new EstimatesBuffer(clock, appender('estimates'), (error) =>
    log.warn({ cause: messageOf(error) }, 'estimates were not journalled'),
  );

  const toWindows = (columns: ColumnBatch, seq?: number) =>
    deps.columns(seq === undefined ? columns : { ...columns, block: { journal: journals.id, seq } });
  const recent =
    deps.recent ?? new RecentReadings(recentMin, { ...recentGrowth, nowMs: () => clock.monotonicMs() });
  const builder = new BlockBuilder();
  const identity = new ReadingIdentity(recent, {
    ...config.timestamps,
    ...(clock.isSet && { isClockSet: () => clock.isSet?.() !== false }),
  });
  const ignoredFields = new IgnoredFields(log);
  const pipeline = new Pipeline({
    routes,
    identity,
    builder,
    journal: appender('readings'),
    deadLetters: (added) => letters.add(added),
    async lifecycle({ state, about, eventId, atMs }) {
      const subject = `${about.site}/${about.machine}`;
      await events.add(
        newEvent(config.gateway, `io.harbinger.machine.${state}.v1`, eventId, atMs, about, subject),
      );
      deps.lifecycle({ state, about, atMs });
    },
    ignoredFields: (schema, values) => ignoredFields.note(schema, values),
    windows: toWindows,
  });
  const tail = { tail: (lane: string, bytes: number) => journals.tail(lane, bytes) };
  await replayTail(
    { journal: tail, recent, machines, builder, identitiesBytes, windowsBytes: replayBytes },
    toWindows,
  );
  await replayEventIds(tail, eventIdsBytes, events);

  const link = deps.link ?? mqttLinks(config, random);
  const uplink =
    link === null
      ? null
      : new Uplink(config.uplink, { gateway: config.gateway, journals: byLane, link, clock, random, log });

  let deadLettersRedriven = 0;
  let lossesReported = 0;
  async function reportLosses(): Promise<void> {
    const recorded = losses.take().map(async (loss) => {
      const identity = `${journals.id}/${clock.nowMs()}/${lossesReported++}`;
      const event = newEvent(config.gateway, 'io.harbinger.journal.loss.v1', identity, clock.nowMs(), loss);
      try {
        await events.add(event);
      } catch (error) {
        losses.giveBack(loss);
        log.error({ cause: messageOf(error), loss }, 'a loss could not be recorded yet');
      }
    });
    await Promise.all(recorded);
  }

  async function status(): Promise<DataStatus> {
    void reportLosses();
    // A cursor may be beyond the last block: where that was damaged and cut off after it had been sent.
    const backlogOf = (lane: Lane) => {
      const confirmedSeq = byLane[lane].cursor('uplink').seq;
      return { blocks: journals.blocksAfter(lane, confirmedSeq), confirmedSeq };
    };
    return {
      pipeline: pipeline.counts,
      placement: identity.counts,
      machines: machines.count,
      journalTrouble: appenders.find(({ trouble }) => trouble !== null)?.trouble ?? null,
      journals: lanes.map((lane) => byLane[lane].stats()),
      losses: losses.totals,
      backlog: Object.fromEntries(lanes.map((lane) => [lane, backlogOf(lane)])),
      uplink: uplink?.stats ?? null,
      deadLetters: letters.counts(),
      deadLettersRedriven,
      estimatesDropped: estimates.dropped,
    };
  }

  const ids = async (which: number[] | 'all') =>
    which === 'all' ? await letterIdsBefore(letters, Number.POSITIVE_INFINITY) : which;
  const takeAll = (messages: readonly RawMessage[]) => pipeline.take((each) => messages.forEach(each));
  const calls: DataCalls = {
    status,
    event: (event) => events.add(event),
    deadLettersList: async (query) => letters.list(query),
    deadLettersShow: async (id) => letters.show(id),
    async deadLettersRedrive(which) {
      const redriven = await redriveLetters(letters, await ids(which), takeAll);
      deadLettersRedriven += redriven;
      return { redriven };
    },
    deadLettersDrop: async (which) => ({ dropped: await letters.drop(await ids(which)) }),
    async retain() {
      const beforeMs = clock.nowMs() - config.deadLetters.ageDaysMax * 86_400_000;
      return { deadLettersDropped: await letters.drop(await letterIdsBefore(letters, beforeMs)) };
    },
    async stop() {
      stopping.abort();
      await uplink?.stop();
      await Promise.all([estimates.flush(), reportLosses()]);
      await pipeline.idle();
      await journals.stop();
      await letters.stop();
    },
  };
  void reportLosses();
  uplink?.start();
  return { take: (forEach) => pipeline.take(forEach), estimates: (lines) => estimates.add(lines), calls };
}

/** Null without a cloud: everything stays in the journal. */
function mqttLinks({ gateway, uplink }: DataThreadInit['config'], random: Random): (() => CloudLink) | null {
  const { url } = uplink;
  const instance = Math.floor(random.next() * 2 ** 32).toString(16);
  return url === undefined ? null : () => new MqttLink(gateway, { ...uplink, url }, instance);
}

/** An event whose id follows from what it is about, so that the same happening is the same event. */
function newEvent<T extends EventType>(
  gateway: string,
  type: T,
  identity: string,
  atMs: number,
  data: HarbingerEvent<T>['data'],
  subject?: string,
): HarbingerEvent {
  return checkEvent({
    specversion: '1.0',
    id: createHash('sha256').update(`${type}/${identity}`).digest('hex').slice(0, 32),
    source: `/gateways/${gateway}`,
    type,
    ...(subject !== undefined && { subject }),
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  });
}
