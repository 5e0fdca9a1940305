/**
 * The interfaces between the gateway's parts, on one screen. Parts import this file and shared/, never each other;
 * gateway.ts and pipeline.ts put them together.
 *
 * Three threads: main (broker, serial, windows, decisions, HTTP), data (decode → contract → journal → uplink), model
 * (inference). A reading's way: Source → Intake ⇒ data thread: Decoder → contract → Journal → ack ⇒ main: windows.
 */
import type { Assessment, EventType, HarbingerEvent, Lifecycle } from '../shared/contract/events.ts';
import type { Lane } from '../shared/contract/lanes.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';

/** One message as it came in, before anything is known about it. */
export interface RawMessage {
  topic: string;
  /** Lent: whoever keeps it beyond the call copies it. */
  payload: Buffer;
  /** MQTT client id, or the name of the serial port. */
  client: string;
  receivedMs: number;
  /** The sender says it may have sent this before (MQTT's DUP). */
  resend: boolean;
}

/** Where sources hand in messages. Bounded: while it is full, `accept` holds its answer back. */
export interface Intake {
  /**
   * `settled` is the acknowledgement: called without an error when the message is on disk (as a reading, or as a dead
   * letter), with one when it could not be put there. Called exactly once.
   */
  accept(message: RawMessage, settled: (error?: Error) => void): void;
}

/** A way for messages to come in: the MQTT broker, a serial port. */
export interface Source {
  start(): Promise<void>;
  /** Stops accepting, waits for what is accepted to settle (bounded), closes. */
  stop(): Promise<void>;
}

/** A payload format. One file each; see decode/formats. Throws HarbingerError (stage 'decode') with the reason. */
export interface Decoder {
  readonly format: string;
  decode(payload: Buffer, target: DecodeTarget): DecodedReading[];
}

/** What the topic already says about a message. */
export interface DecodeTarget {
  site: string;
  machine: string;
  /** Set where the topic names one sensor. */
  sensor?: string;
}

export interface DecodedReading {
  /** Sensor name → value as the device sent it; the contract says what is acceptable. */
  values: Record<string, unknown>;
  /** The device's own time, if it sent one: whole ms since 1970 and ns within that ms. */
  deviceTime?: { ms: number; ns: number };
  /** What the device calls this reading: a unique id, or a running number. */
  id?: string;
  seq?: number;
  /** Set where one of several cannot be read: why, and it as a message of its own. Nothing else counts then. */
  refused?: { error: Error; payload: Buffer };
}

/** A block: a micro-batch encoded once. What is journalled is what is sent. */
export interface Block {
  seq: number;
  codec: 'identity' | 'gzip';
  lines: number;
  /** Length of the decoded body. */
  rawBytes: number;
  body: Buffer;
  /** Kept on this disk only, never sent: e.g. recent identities for recognising resends after a restart. */
  local: Buffer;
  /** Which opening of the journal wrote it, a random number; set by the journal. 0: before it kept them. */
  run?: number;
}

/** One lane's durable log. */
export interface Journal {
  readonly lane: string;
  /** Random name of this journal instance, 16 hex digits; new when the disk is new. */
  readonly id: string;
  /** Resolves with the block's sequence number once it is synced to disk. Rejects (JOURNAL_*) if it cannot be. */
  append(block: Omit<Block, 'seq'>): Promise<number>;
  /** Durable blocks after `afterSeq`, in order, about `maxBytes` of encoded bodies (at least one block if any). */
  read(afterSeq: number, maxBytes: number): Promise<Block[]>;
  /** Resolves when a block after `afterSeq` is durable, or `signal` aborts. */
  waitFor(afterSeq: number, signal: AbortSignal): Promise<void>;
  cursor(consumer: string): Cursor;
  stats(): JournalStats;
}

/** How far a consumer has come. Losing a cursor's last moves only re-reads blocks, which every consumer survives. */
export interface Cursor {
  readonly seq: number;
  advance(seq: number): void;
}

export interface JournalStats {
  lane: string;
  firstSeq: number;
  lastSeq: number;
  bytes: number;
  bytesMax: number;
  /** Blocks, lines and bytes a consumer had not read when they were dropped to make room, since the journal began. */
  dropped: { blocks: number; lines: number; bytes: number };
  /** Bytes handed to the file system since start, and syncs: for write amplification. */
  writtenBytes: number;
  syncs: number;
  oldestMs: number | null;
}

/** What could not become a reading. */
export interface DeadLetter {
  id: number;
  atMs: number;
  topic: string;
  payload: Buffer;
  client: string;
  stage: string;
  code: string;
  reason: string;
}

/** Readings of one block as columns, for windows: row i is the machine `machineIndex[i]` at `timeMs[i]`. */
export interface ColumnBatch {
  /** Machines first seen in this batch get the next indexes, in order. */
  newMachines: { site: string; machine: string; machineType: string }[];
  /** Sensors first seen on machines of an open type: they become the next column of that machine. */
  newSensors: { machineIndex: number; sensor: string }[];
  machineIndex: Int32Array;
  timeMs: Float64Array;
  /** Rows + 1 entries: row i's values are `values[offset[i]] … values[offset[i + 1] - 1]`, one a column, NaN if absent. */
  offset: Int32Array;
  values: Float32Array;
  /** From the journal's tail after a restart: fill windows, decide nothing. */
  replay: boolean;
  /** Where the rows are in the journal; absent where they are in none. */
  block?: BlockPlace;
}

/** A block of one journal instance: who has learnt from blocks up to one knows which are new. */
export interface BlockPlace {
  journal: string;
  seq: number;
}

/** A machine failed or was replaced, as a lifecycle event says that is in the journal. */
export interface LifecycleNotice {
  state: 'failed' | 'replaced';
  about: Lifecycle;
  atMs: number;
}

export interface MachineIdentity {
  site: string;
  machine: string;
  type: MachineType;
}

/** What the decision is about: one machine with its window (rows × sensors, oldest first; a short history ends it, NaN before). */
export interface AlertInput {
  machine: MachineIdentity;
  timeMs: number;
  window: Float32Array;
  rows: number;
  /** The window is not full though the machine has been heard for longer: its history is not known from the beginning. */
  cutOff?: boolean;
}

/**
 * The policies' common question: what do you believe of these machines? One answer each, same order; null where this
 * assessor has nothing to say about a machine (a model that does not know its type): then rules decide about that one.
 */
export interface Assessor {
  readonly name: string;
  readonly version: string;
  assess(inputs: readonly AlertInput[], signal: AbortSignal): Promise<(Assessment | null)[]>;
}

/** Where events and estimates go to become durable and be sent on. */
export interface Outbox {
  event(event: HarbingerEvent<EventType>): Promise<void>;
  /** Line protocol, measurement `estimate`. */
  estimates(lines: string[]): void;
}

/** The link to the cloud. `send` resolves when the cloud has confirmed the batch as stored, rejects otherwise. */
export interface CloudLink {
  connect(signal: AbortSignal): Promise<void>;
  send(lane: Lane, frame: Buffer): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}
