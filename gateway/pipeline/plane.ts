/**
 * The data plane: pipeline, journal, dead letters and uplink, all in the data thread. Everything that must be on disk
 * before an acknowledgement is done here, off the main thread, which continues to serve sensors meanwhile.
 */

import { QuotaRefusals } from '../../shared/bounds/quota-refusals.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { readSeam } from '../../shared/parts/seam.ts';
import type { TimeLimited } from '../../shared/runtime/budget.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { Watchers } from '../commissioning/watchers.ts';
import type { DeadLetters } from '../deadletters/dead-letters.ts';
import { BlockBuilder } from '../decode/blocks/block-builder.ts';
import { replayTail } from '../decode/blocks/replay-tail.ts';
import { FieldNotes } from '../decode/fields/field-notes.ts';
import {
  assumedResends,
  CountsByMachine,
  retainedAgain,
  stillClocks,
} from '../decode/identity/counts-by-machine.ts';
import { ReadingIdentity } from '../decode/identity/reading-identity.ts';
import { type RecentReadings, recentReadings } from '../decode/identity/recent-readings.ts';
import { DeclaredMachines } from '../decode/machines/declared.ts';
import type { MachineQuota } from '../decode/machines/machines.ts';
import { createRoutes } from '../decode/routes.ts';
import { matcherOfFilter } from '../decode/topic-pattern.ts';
import { replayEventIds } from '../lanes/event-ids.ts';
import { lifecycleEvent } from '../lanes/events.ts';
import { Lanes } from '../lanes/lanes.ts';
import { LossReporter } from '../lanes/loss-reporter.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { CloudLink } from '../ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import { type CloudHandlers, mqttLinks } from '../uplink/link/mqtt-link.ts';
import { Uplink } from '../uplink/uplink.ts';
import type { DataCalls, DataThreadInit } from './messages.ts';
import { composeOnboarding } from './onboarding/compose.ts';
import { Pipeline } from './pipeline.ts';
import { BlockNotes, type NotesKind, replacedNotes, retiredNotes } from './plane/block-notes.ts';
import { type CallParts, dataCalls } from './plane/calls.ts';
import { clockKnowledge } from './plane/clock-knowledge.ts';
import { type DurableStateDeps, openDurableState } from './plane/durable-state.ts';
import { type RetireParts, retire } from './plane/retire.ts';
import type { Exceptions } from './settle.ts';
import type { Pulse } from './stuck/pulse.ts';
import type { EachMessage } from './stuck/watched-batch.ts';
import { Watched } from './watching/watched.ts';

export interface DataPlaneDeps extends DurableStateDeps, CloudHandlers {
  limited: TimeLimited;
  /** Absent if no other thread watches this one. */
  pulse?: Pulse;
  /** See StuckNote; absent: the gateway has not ended over a message. */
  suspects?: readonly string[] | null;
  columns(columns: ColumnBatch): void;
  lifecycle(notice: LifecycleNotice): void;
  /** See PipelineDeps.maintenance. */
  maintenance(report: MaintenanceReport): Promise<void>;
  /** Replace network and memory of readings in a simulation. */
  link?(): CloudLink;
  recent?: RecentReadings;
}

const quotaTexts: Record<MachineQuota, string> = {
  machines:
    'readings become dead letters: their sender has as many machines as one may (MACHINE_LIMIT); find the device that makes up machine names, or raise machinesMax',
  sensors:
    'numbers are not stored: the machines of their sender have as many sensors with names of their own as those of one may; find the device that makes up names of sensors',
};

/** Number of newest dead letters among which the stuck messages are looked for. */
const stuckSearchedMax = 1_000;

export interface DataPlane {
  /** See Pipeline.take. */
  take(forEach: EachMessage): Promise<Exceptions | null>;
  estimates(lines: string[]): void;
  /** See CloudLink. */
  sayFleet(message: Buffer): void;
  askModel(message: Buffer): void;
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
  const quotas = new QuotaRefusals(quotaTexts, clock, log);
  const noteQuota = (quota: MachineQuota, owner: string) => quotas.note(quota, owner);
  const declared = new DeclaredMachines();
  const { machines, routes, decoders } = await createRoutes(config, types, noteQuota, { log }, declared);
  const state = await openDurableState(config, deps);
  const { journals, byLane, letters, refused, losses } = state;
  const { dataDir } = config;
  const { limited } = deps;
  const watchers = new Watchers({ clock, filter: matcherOfFilter });
  const { strangers, onboarding } = composeOnboarding({
    ...{ dataDir, machines, declared, routes, letters, limited, clock, log },
  });
  const lanes = new Lanes(byLane, { ...config.journal, clock, random, log });
  const record = (event: HarbingerEvent) => lanes.events.add(event);

  const recent = deps.recent ?? recentReadings(clock, random);
  const counted = {
    assumedResends: new CountsByMachine(log, assumedResends),
    retainedAgain: new CountsByMachine(log, retainedAgain),
    stillClocks: new CountsByMachine(log, stillClocks),
  };
  const knowledge = clockKnowledge(clock, log);
  const bounds = { ...config.timestamps, ...knowledge.bounds };
  const identity = new ReadingIdentity(
    recent,
    bounds,
    { assumed: counted.assumedResends, still: counted.stillClocks },
    random,
  );
  const builder = new BlockBuilder(clock);
  const fields = new FieldNotes(log, (schema, field) => builder.refuse(schema, field));
  const toWindows = (columns: ColumnBatch, seq?: number) =>
    deps.columns(seq === undefined ? columns : { ...columns, block: { journal: journals.id, seq } });
  const { firstSeq } = byLane.readings.stats();
  const notesOf = (kind: NotesKind) =>
    new BlockNotes(kind, config.dataDir, { id: journals.id, firstSeq }, log);
  const [note, replaced] = [notesOf(retiredNotes), notesOf(replacedNotes)];
  const position = () => ({ journal: journals.id, seq: byLane.readings.stats().lastSeq });
  const noteReplaced = ({ site, machine }: LifecycleNotice['about']) => {
    try {
      replaced.add([{ site, machine }], position());
    } catch (error) {
      log.warn({ problem: messageOf(error) }, `after a restart: ${replacedNotes.unreadable}`);
    }
  };
  const pipeline = new Pipeline({
    random,
    limited: deps.limited,
    ...(deps.pulse && { pulse: deps.pulse }),
    suspects: deps.suspects ?? null,
    routes,
    identity,
    builder,
    fields,
    strangers,
    watched: new Watched(watchers, routes),
    retainedAgain: (schema) => counted.retainedAgain.note(schema),
    journal: (block) => lanes.append('readings', block),
    deadLetters: (added) => letters.add(added),
    async lifecycle({ eventId, ...notice }) {
      await record(lifecycleEvent(gateway, { eventId, ...notice }));
      if (notice.state === 'replaced') noteReplaced(notice.about);
      deps.lifecycle(notice);
    },
    maintenance: (report) => deps.maintenance(report),
    stuck: ({ topic, client, payload }) =>
      log.error(
        { topic: topic.slice(0, 200), client, bytes: payload.length },
        'a message could not be read in time and is a dead letter now (DECODE_STUCK); report it with its payload',
      ),
    windows: toWindows,
  });

  await replayTail(
    {
      ...{ journal: journals, recent, machines, builder },
      windowsBytes: config.journal.replayBytes,
      wasRetired: (one, seq) => note.covers(one, seq),
      wasReplaced: (one, seq) => replaced.covers(one, seq),
    },
    toWindows,
  );
  await replayEventIds(journals, lanes.events);
  for (const letter of await stuckLetters(letters)) pipeline.stuckMessages.add(letter);

  const link = deps.link ?? mqttLinks(gateway, config.uplink, deps);
  const uplinkParts = { gateway, journals: byLane, setAside: refused, clock, random, log };
  const uplink = link && new Uplink(config.uplink, { ...uplinkParts, link });
  const lossReporter = new LossReporter({ gateway, journalId: journals.id, losses, record, clock, log });
  void lossReporter.report();
  const retireParts: RetireParts = {
    ...{ machines, routes, builder, fields, note },
    counts: Object.values(counted),
    idle: () => pipeline.idle(),
    position,
    windows: toWindows,
  };
  const shown = {
    retire: (...args: Parameters<CallParts['retire']>) => retire(retireParts, ...args),
    onboarding,
    watchers,
    addType: (type: MachineType) => void types.set(type.name, type),
    pipeline,
    identity,
    ...counted,
    fields,
    machines,
    quotas,
    lanes,
    formats: () => readSeam(decoders),
  };
  return {
    take: (forEach) => pipeline.take(forEach),
    estimates: (lines) => lanes.estimates.add(lines),
    sayFleet: (message) => uplink?.sayFleet(message),
    askModel: (message) => uplink?.askModel(message),
    calls: dataCalls({ ...shown, state, uplink, lossReporter, clock, knowledge }),
  };
}

/** Returns the newest of the messages that could not be read in time. */
async function stuckLetters(letters: DeadLetters): Promise<DeadLetter[]> {
  if (!letters.counts().byCode.DECODE_STUCK) return [];
  const newest = await letters.list({ limit: stuckSearchedMax });
  return newest.filter(({ code }) => code === 'DECODE_STUCK');
}
