/**
 * The messages between the main thread and the data thread. Both sides belong to the same build, so they are not
 * validated.
 */
import type { EndedInCloud } from '../../shared/contract/alerts/ended-in-cloud.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { WireError } from '../../shared/runtime/threads/wire-error.ts';
import type { DeadLetter, RedrivenLetters, ShownLetter } from '../ports/dead-letters.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { OnboardingData } from '../ports/onboarding/onboarding.ts';
import type { WatchAdmin } from '../ports/onboarding/watching.ts';
import type { Redriven, RefusedEntry } from '../ports/refused-batches.ts';
import type { JournalReadings, ReadingsQuery } from '../ports/replay/replay.ts';
import type { KnownMachine, MachineOrSensor, RetiredInData } from '../ports/retiring.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import type { DataPlaneConfig } from './config.ts';
import type { SlabNote } from './slabs/slab.ts';
import type { DataStatus } from './status.ts';

export interface DataThreadInit {
  config: DataPlaneConfig;
  types: Map<string, MachineType>;
}

/** Data that the thread gets from its client; the rest is for the data plane. */
export interface DataThreadData extends DataThreadInit {
  /** Memory of the Pulse that its client watches. */
  pulse: SharedArrayBuffer;
  /** See StuckNote. */
  suspects: readonly string[] | null;
}

/** The calls that the main thread may make; each is answered with a value or an error. */
export interface DataCalls {
  status(): Promise<DataStatus>;
  /**
   * Connects to the cloud and sends what is in the journal. To be called once, when every source listens: a gateway
   * that cannot take readings must not appear in the cloud under a name that another one may run under.
   */
  startUplink(): Promise<void>;
  event(event: HarbingerEvent): Promise<void>;
  deadLettersList(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  deadLettersShow(id: number): Promise<ShownLetter | null>;
  /** Sends letters through the pipeline again; those that fail again become new letters. */
  deadLettersRedrive(which: number[] | 'all'): Promise<RedrivenLetters>;
  deadLettersDrop(which: number[] | 'all'): Promise<{ dropped: number }>;
  /** Drops those older than their configured age. */
  deadLettersDropOld(): Promise<{ deadLettersDropped: number }>;
  refusedList(query: { limit: number; beforeId?: number }): Promise<RefusedEntry[]>;
  refusedShow(id: number): Promise<{ entry: RefusedEntry; text: string } | null>;
  refusedRedrive(which: number[] | 'all'): Promise<Redriven>;
  refusedDrop(which: number[] | 'all'): Promise<{ dropped: number }>;
  machinesList(limit: number): Promise<KnownMachine[]>;
  /** @param topics those of retained messages, of which the ones of the retired machines and sensors are returned */
  machinesRetire(those: readonly MachineOrSensor[], topics: readonly string[]): Promise<RetiredInData>;
  machinesWaiting: OnboardingData['waiting'];
  machinesAccept: OnboardingData['accept'];
  machinesIgnore: OnboardingData['ignore'];
  machinesDeclared: OnboardingData['declared'];
  machinesUndo: OnboardingData['undo'];
  watchOpen: WatchAdmin['open'];
  watchTake: WatchAdmin['take'];
  watchClose: WatchAdmin['close'];
  /** Adds a machine type that was written after the start. */
  addType(type: MachineType): Promise<void>;
  readingsOf(query: ReadingsQuery): Promise<JournalReadings>;
  stop(): Promise<void>;
}

/** The outcome of a slab. With an error, it is that of all messages, or only of those at some places in it. */
export interface SlabOutcome {
  error: WireError | null;
  messages?: number[];
  /** Places of retained messages that were not all stored as readings. */
  retainedNotReadings?: number[];
}

export type ToData =
  /** The first message; the thread has loaded its modules meanwhile. */
  | { kind: 'start'; init: DataThreadData }
  | { kind: 'slab'; slab: SlabNote }
  | { kind: 'estimates'; lines: string[] }
  /** A message for the cloud: what of its documents is here. */
  | { kind: 'fleet'; message: Uint8Array }
  /** A message for the cloud: it is asked for a piece of a model. */
  | { kind: 'model'; message: Uint8Array }
  /** Answers `maintenance`. */
  | { kind: 'maintained'; id: number; error: WireError | null }
  | { kind: 'call'; id: number; method: keyof DataCalls; args: unknown[] };

export type FromData =
  | { kind: 'ready' }
  | { kind: 'fatal'; error: WireError }
  | { kind: 'settled'; id: number; outcome: SlabOutcome; columns: ColumnBatch[] }
  | { kind: 'columns'; columns: ColumnBatch[] }
  | { kind: 'lifecycle'; notice: LifecycleNotice }
  | { kind: 'maintenance'; id: number; report: MaintenanceReport }
  /** Alerts that are over in the cloud. */
  | { kind: 'ended'; alerts: EndedInCloud[] }
  /** A message of the cloud: what it wants; null: it is connected, and listens. */
  | { kind: 'fleet'; message: Uint8Array | null }
  /** A message of the cloud: a piece of a model; null: it can be asked for them. */
  | { kind: 'model'; message: Uint8Array | null }
  | { kind: 'result'; id: number; value: unknown; error: WireError | null };
