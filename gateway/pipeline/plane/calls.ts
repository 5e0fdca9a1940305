import { lanes as laneNames } from '../../../shared/contract/lanes.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Watchers } from '../../commissioning/watchers.ts';
import { LetterAdmin } from '../../deadletters/letter-admin.ts';
import { shownReadings } from '../../decode/typed/shown.ts';
import type { LossReporter } from '../../lanes/loss-reporter.ts';
import type { UplinkPositions } from '../../ports/refused-batches.ts';
import type { MachineOrSensor, RetiredInData } from '../../ports/retiring.ts';
import type { RawMessage } from '../../ports/source.ts';
import { RefusedAdmin } from '../../refused-batches/refused-admin.ts';
import { isNameOf } from '../../uplink/batches.ts';
import type { DataCalls } from '../messages.ts';
import type { composeOnboarding } from '../onboarding/compose.ts';
import type { Pipeline } from '../pipeline.ts';
import { dataStatus, type StatusParts } from '../status.ts';
import type { DurableState } from './durable-state.ts';
import { readingsOf } from './readings-of.ts';

type Shown =
  | 'pipeline'
  | 'formats'
  | 'identity'
  | 'assumedResends'
  | 'retainedAgain'
  | 'stillClocks'
  | 'fields'
  | 'machines'
  | 'quotas'
  | 'lanes'
  | 'uplink';

export interface CallParts extends Pick<StatusParts, Shown> {
  retire(those: readonly MachineOrSensor[], topics: readonly string[]): Promise<RetiredInData>;
  /** Creates the onboarding, with what it needs of the rest. */
  onboarding: ReturnType<typeof composeOnboarding>['onboarding'];
  watchers: Watchers;
  addType(type: MachineType): void;
  state: DurableState;
  lossReporter: LossReporter;
  clock: Clock;
  knowledge: { stop(): void };
}

/** Returns what the main thread may ask of the data plane. */
export function dataCalls(parts: CallParts): DataCalls {
  const { state, pipeline, lanes, uplink, lossReporter, clock, knowledge } = parts;
  const { letters, refused, journals } = state;
  const letterAdmin = new LetterAdmin(letters, (messages) => takeAgain(pipeline, messages));
  const onboarding = parts.onboarding({
    idle: () => pipeline.idle(),
    redrive: (ids) => letterAdmin.redrive(ids),
  });
  const refusedAdmin = new RefusedAdmin(refused, {
    resender: uplink,
    positions: uplinkPositions(state),
    clock,
  });
  const { blocksAfter } = journals;
  const statusParts = { ...parts, ...state, journals: state.byLane, blocksAfter, letterAdmin, refusedAdmin };
  return {
    async status() {
      void lossReporter.report();
      return dataStatus(statusParts);
    },
    async startUplink() {
      uplink?.start();
    },
    event: (event) => lanes.events.add(event),
    deadLettersList: (query) => letterAdmin.list(query),
    async deadLettersShow(id) {
      const letter = await letterAdmin.show(id);
      return letter?.form === undefined ? letter : { ...letter, text: shownReadings(letter.payload) };
    },
    deadLettersRedrive: (which) => letterAdmin.redrive(which),
    deadLettersDrop: (which) => letterAdmin.drop(which),
    deadLettersDropOld: () => letterAdmin.dropOld(),
    refusedList: (query) => refusedAdmin.list(query),
    refusedShow: (id) => refusedAdmin.show(id),
    refusedRedrive: (which) => refusedAdmin.redrive(which),
    refusedDrop: (which) => refusedAdmin.drop(which),
    machinesList: async (limit) => parts.machines.list(limit),
    machinesRetire: (those, topics) => parts.retire(those, topics),
    machinesWaiting: (limit) => onboarding.waiting(limit),
    machinesAccept: (rule, who) => onboarding.accept(rule, who),
    machinesIgnore: (match, who) => onboarding.ignore(match, who),
    machinesDeclared: () => onboarding.declared(),
    machinesUndo: (match, who) => onboarding.undo(match, who),
    watchOpen: async (filter) => parts.watchers.open(filter),
    watchTake: async (id) => parts.watchers.take(id),
    watchClose: async (id) => parts.watchers.close(id),
    async addType(type) {
      parts.addType(type);
    },
    readingsOf: (query) => readingsOf(state.byLane.readings, query),
    async stop() {
      knowledge.stop();
      lanes.stopRetrying();
      await uplink?.stop();
      await Promise.all([lanes.estimates.flush(), lossReporter.report()]);
      await pipeline.idle();
      await state.stop();
    },
  };
}

/** Sends messages through the pipeline; resolves with the number that became dead letters again. */
async function takeAgain(pipeline: Pipeline, messages: readonly RawMessage[]): Promise<number> {
  const before = pipeline.counts.deadLetters;
  const settled = pipeline.take((each) => {
    for (const message of messages) each(message);
  }, true);
  // Counted at once: everything is decoded synchronously, and other messages may fail until these are settled.
  const failed = pipeline.counts.deadLetters - before;
  const exceptions = await settled;
  if (exceptions?.unkept) throw exceptions.unkept.error;
  return failed;
}

function uplinkPositions({ journals, byLane }: DurableState): UplinkPositions {
  return {
    hasPassed: ({ journal, lane, lastSeq }) =>
      !isNameOf(journals.id, journal) || byLane[lane].cursor('uplink').seq >= lastSeq,
    async save() {
      await Promise.all(laneNames.map((lane) => byLane[lane].cursor('uplink').flush()));
    },
  };
}
