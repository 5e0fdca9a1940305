/**
 * Entry of the data thread: owns the journal, the dead letters and the uplink, and runs the pipeline. Everything that
 * must be on disk before an acknowledgement passes here, off the main thread, which keeps serving sensors meanwhile.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { EventType, HarbingerEvent, JournalLoss } from '../shared/contract/events.ts';
import { checkEvent } from '../shared/contract/events.ts';
import { type Lane, lanes } from '../shared/contract/lanes.ts';
import { backoffMs } from '../shared/runtime/backoff.ts';
import { type Clock, sleep, systemClock } from '../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../shared/runtime/errors.ts';
import { createLog } from '../shared/runtime/log.ts';
import { type Random, systemRandom } from '../shared/runtime/random.ts';
import type { DataCalls, DataStatus, DataThreadInit, FromData, ToData, WireError } from './data-messages.ts';
import { openDeadLetters } from './deadletters/dead-letters.ts';
import { BlockBuilder } from './decode/block-builder.ts';
import { Machines } from './decode/machines.ts';
import { Placement } from './decode/placement.ts';
import { RecentReadings } from './decode/recent-readings.ts';
import { replayTail } from './decode/replay-tail.ts';
import { Routes } from './decode/routes.ts';
import { EstimatesBuffer } from './intake/estimates-buffer.ts';
import { eventsBlock, readEvents } from './intake/events-block.ts';
import { readSlab } from './intake/slab.ts';
import { openJournals } from './journal/journal-set.ts';
import { Pipeline } from './pipeline.ts';
import type { Block, DeadLetter, Journal } from './ports.ts';
import { MqttLink } from './uplink/mqtt-link.ts';
import { Uplink } from './uplink/uplink.ts';

const identitiesTailBytes = 4 << 20;
const log = createLog('data');
const clock: Clock = systemClock;
const random: Random = systemRandom;

function wireError(error: unknown): WireError {
  return { code: codeOf(error) ?? 'DATA_THREAD', message: messageOf(error) };
}

async function run(port: MessagePort, init: DataThreadInit): Promise<void> {
  const { config, types } = init;
  const send = (message: FromData, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const losses: JournalLoss[] = [];
  const journals = await openJournals({
    dir: join(config.dataDir, 'journal'),
    lanes,
    limits: {
      bytesMax: config.journal.bytesMax,
      whenFull: config.journal.whenFull,
    },
    clock,
    log,
    onLoss: (loss) => losses.push(loss),
  });
  const byLane = Object.fromEntries(lanes.map((lane) => [lane, journals.lane(lane)])) as Record<
    Lane,
    Journal
  >;
  for (const lane of lanes) byLane[lane].cursor('uplink');
  const deadLetters = await openDeadLetters({
    dir: join(config.dataDir, 'deadletters'),
    ...config.deadLetters,
    clock,
    log,
  });

  const machines = new Machines({
    gateway: config.gateway,
    types,
    rules: config.machines,
    unknown: config.unknownMachines === 'dead-letter' ? 'dead-letter' : { type: config.unknownMachines },
    machinesMax: config.machinesMax,
  });
  const recent = new RecentReadings();
  const builder = new BlockBuilder();

  /** A full or failing disk keeps the sender waiting for a while: nothing is refused that a moment would cure. */
  async function append(lane: Lane, block: Omit<Block, 'seq'>): Promise<number> {
    const until = clock.monotonicMs() + config.journal.appendPatienceMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await byLane[lane].append(block);
      } catch (error) {
        const retry = error instanceof HarbingerError && error.retry;
        if (!retry || clock.monotonicMs() >= until) throw error;
        if (attempt === 0)
          log.error({ lane, cause: messageOf(error) }, 'journal cannot be written; senders wait');
        await sleep(clock, backoffMs(attempt, { firstMs: 20, maxMs: 1_000 }, random));
      }
    }
  }

  let eventsWaiting: {
    event: HarbingerEvent;
    done(): void;
    failed(error: unknown): void;
  }[] = [];
  /** Events of one turn share a block; each caller learns when its event is durable. */
  function journalEvent(event: HarbingerEvent): Promise<void> {
    return new Promise((done, failed) => {
      eventsWaiting.push({ event, done, failed });
      if (eventsWaiting.length > 1) return;
      queueMicrotask(() => {
        const group = eventsWaiting;
        eventsWaiting = [];
        append('events', eventsBlock(group.map((entry) => entry.event))).then(
          () => {
            for (const entry of group) entry.done();
          },
          (error) => {
            for (const entry of group) entry.failed(error);
          },
        );
      });
    });
  }
  function newEvent<T extends EventType>(
    type: T,
    identity: string,
    atMs: number,
    data: HarbingerEvent<T>['data'],
    subject?: string,
  ): HarbingerEvent {
    return checkEvent({
      specversion: '1.0',
      id: createHash('sha256').update(`${type}/${identity}`).digest('hex').slice(0, 32),
      source: `/gateways/${config.gateway}`,
      type,
      ...(subject !== undefined && { subject }),
      time: new Date(atMs).toISOString(),
      datacontenttype: 'application/json',
      data,
    });
  }

  const placement = new Placement(recent, config.timestamps);
  const pipeline = new Pipeline({
    routes: new Routes(config.routes, machines, config.machinesMax * 4),
    placement,
    builder,
    journal: (block) => append('readings', block),
    deadLetters: (letters) => deadLetters.add(letters),
    async lifecycle({ state, about, eventId, atMs }) {
      await journalEvent(
        newEvent(`io.harbinger.machine.${state}.v1`, eventId, atMs, about, `${about.site}/${about.machine}`),
      );
      send({ kind: 'lifecycle', notice: { state, about, atMs } });
    },
    windows: (columns) => send({ kind: 'columns', columns }, columnBuffers(columns)),
  });

  await replayTail(
    {
      journal: journals,
      recent,
      machines,
      builder,
      identitiesBytes: identitiesTailBytes,
      windowsBytes: config.journal.replayBytes,
    },
    (columns) => send({ kind: 'columns', columns }, columnBuffers(columns)),
  );

  const estimates = new EstimatesBuffer(
    clock,
    (block) => append('estimates', block),
    (error) => log.warn({ cause: messageOf(error) }, 'estimates were not journalled'),
  );

  let lossesReported = 0;
  const reportLosses = () => {
    for (const loss of losses.splice(0)) {
      const identity = `${byLane.events.id}/${clock.nowMs()}/${lossesReported++}`;
      journalEvent(newEvent('io.harbinger.journal.loss.v1', identity, clock.nowMs(), loss)).catch((error) =>
        log.error({ cause: messageOf(error), loss }, 'a loss could not be recorded'),
      );
    }
  };

  const url = config.uplink.url;
  const uplink =
    url === undefined
      ? null
      : new Uplink(config.uplink, {
          gateway: config.gateway,
          journals: byLane,
          link: () => new MqttLink(config.gateway, { ...config.uplink, url }),
          clock,
          random,
          log,
        });

  async function redrive(which: number[] | 'all'): Promise<{ redriven: number }> {
    let redriven = 0;
    const chosen = which === 'all' ? await allIds() : which;
    for (const id of chosen) {
      const letter = await deadLetters.show(id);
      if (!letter) continue;
      await pipeline.take((each) => each({ ...letter, receivedMs: clock.nowMs(), resend: false }));
      await deadLetters.drop([id]);
      redriven++;
    }
    return { redriven };
  }
  async function allIds(): Promise<number[]> {
    const ids: number[] = [];
    for (let beforeId: number | undefined; ; ) {
      const page: DeadLetter[] = await deadLetters.list(
        beforeId === undefined ? { limit: 1_000 } : { limit: 1_000, beforeId },
      );
      if (page.length === 0) return ids.reverse();
      ids.push(...page.map((letter) => letter.id));
      beforeId = page.at(-1)!.id;
    }
  }

  const calls: DataCalls = {
    async status(): Promise<DataStatus> {
      reportLosses();
      return {
        pipeline: pipeline.counts,
        placement: placement.counts,
        machines: machines.count,
        journals: lanes.map((lane) => byLane[lane].stats()),
        backlog: Object.fromEntries(
          lanes.map((lane) => [
            lane,
            {
              blocks: byLane[lane].stats().lastSeq - byLane[lane].cursor('uplink').seq,
            },
          ]),
        ),
        uplink: uplink?.stats ?? null,
        deadLetters: deadLetters.counts(),
        estimatesDropped: estimates.dropped,
      };
    },
    event: journalEvent,
    deadLettersList: async (query) => deadLetters.list(query),
    deadLettersShow: async (id) => deadLetters.show(id),
    deadLettersRedrive: redrive,
    async deadLettersDrop(which) {
      return {
        dropped: await deadLetters.drop(which === 'all' ? await allIds() : which),
      };
    },
    recentEvents: (bytesMax) => readEvents(journals.tail('events', bytesMax)),
    async stop() {
      await uplink?.stop();
      await estimates.flush();
      await pipeline.idle();
      await journals.stop();
      await deadLetters.stop();
    },
  };

  port.on('message', (message: ToData) => {
    switch (message.kind) {
      case 'slab': {
        const slab = Buffer.from(message.memory);
        const settled = (error: WireError | null) =>
          send({ kind: 'settled', id: message.id, memory: message.memory, error }, [message.memory]);
        pipeline
          .take((each) => readSlab(slab, message.bytes, each))
          .then(
            () => settled(null),
            (error) => settled(wireError(error)),
          );
        return;
      }
      case 'estimates':
        return estimates.add(message.lines);
      case 'call': {
        const method = calls[message.method] as (...args: unknown[]) => Promise<unknown>;
        method(...message.args).then(
          (value) => send({ kind: 'result', id: message.id, value, error: null }),
          (error) =>
            send({
              kind: 'result',
              id: message.id,
              value: null,
              error: wireError(error),
            }),
        );
      }
    }
  });
  reportLosses();
  uplink?.start();
  send({ kind: 'ready' });
}

function columnBuffers(columns: {
  machineIndex: Int32Array;
  timeMs: Float64Array;
  offset: Int32Array;
  values: Float32Array;
}): ArrayBuffer[] {
  return [columns.machineIndex, columns.timeMs, columns.offset, columns.values].map(
    (array) => array.buffer as ArrayBuffer,
  );
}

const port = parentPort;
if (port) {
  run(port, workerData as DataThreadInit).catch((error) => {
    port.postMessage({
      kind: 'fatal',
      error: wireError(error),
    } satisfies FromData);
  });
}
