/** Parts of which plane.ts composes the pipeline. */
import type { TimeLimited } from '../../shared/runtime/budget.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { BlockBuilder } from '../decode/blocks/block-builder.ts';
import type { FieldNotes } from '../decode/fields/field-notes.ts';
import type { ReadingIdentity } from '../decode/identity/reading-identity.ts';
import type { MachineSchema } from '../decode/machines/machine-schema.ts';
import type { Route, Routes } from '../decode/routes.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Decoded } from '../ports/decode.ts';
import type { Block } from '../ports/journal.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { RawMessage } from '../ports/source.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import type { Strangers } from './onboarding/strangers.ts';
import type { Pulse } from './stuck/pulse.ts';
import type { Watched } from './watching/watched.ts';

export interface PipelineDeps {
  random: Random;
  /** Ends the reading of a message that takes too long. */
  limited: TimeLimited;
  /** Shows the main thread that this one goes on. */
  pulse?: Pulse;
  /** Messages over which the gateway has ended; null or absent if it has not. */
  suspects?: readonly string[] | null;
  routes: Routes;
  identity: ReadingIdentity;
  builder: BlockBuilder;
  /** Resolves when durable; rejects only after retrying for as long as the sender may be kept waiting. */
  journal(block: Omit<Block, 'seq'>): Promise<number>;
  deadLetters(letters: Omit<DeadLetter, 'id'>[]): Promise<void>;
  /** Called for a change of a machine's life; a resend of the change has the same `eventId`. */
  lifecycle(change: LifecycleNotice & { eventId: string }): Promise<void>;
  /** Called for a message about maintenance. Resolves when it is durable and in force. @throws HarbingerError MAINTENANCE_… */
  maintenance(report: MaintenanceReport): Promise<void>;
  /** Called for a message that could not be read in time, the first time. */
  stuck?(message: RawMessage): void;
  /** Called for a reading that is not stored because its retained message came again. */
  retainedAgain?(schema: MachineSchema): void;
  /** Reads what unknown machines send. */
  strangers?: Strangers;
  /** Shows people what arrives, while they watch. */
  watched?: Watched;
  /** Notes the fields of readings that are not stored as they were sent. */
  fields: FieldNotes;
  /** Called with rows for windows; `seq` is that of their block. */
  windows(columns: ColumnBatch, seq?: number): void;
}

/** A message that no layout reads, on its way: it is found (its route), read (what it says), and handled. */
export interface Begun {
  readonly message: RawMessage;
  /** See InHand.digestOf. */
  readonly digest: Buffer | null;
  route: Route | null;
  decoded: readonly Decoded[];
  /** Why the message as a whole is a dead letter. */
  failure: { error: unknown } | null;
}

export interface PipelineCounts {
  messages: number;
  readings: number;
  deadLetters: number;
  fieldsIgnored: number;
  /** Messages, or readings of several, of machines that people have said to ignore. */
  ignored: number;
}
