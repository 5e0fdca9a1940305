/**
 * The interfaces between the gateway's rooms, one file a seam. A room imports its own files, this folder and shared/, and
 * never another room; gateway.ts and pipeline/ put the rooms together. This folder holds types, and the `partOf` of a seam.
 *
 * Three threads: main (broker, serial, windows, decisions, HTTP), data (decode → contract → journal → uplink), model
 * (inference). A reading's way: Source → Intake ⇒ data thread: Decoder → contract → Journal → ack ⇒ main: windows.
 */
import { partOf } from '../../shared/parts/part.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { OpenRecords } from './records.ts';

/** One message as it came in, before anything is known about it. */
export interface RawMessage {
  topic: string;
  /** Lent for the call: a receiver that keeps it longer copies it. */
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

/** A way for messages to come in: the MQTT broker, serial ports. Asked for what it reports only after start(). */
export interface Source extends Reporting {
  start(): Promise<void>;
  /** Stops accepting, waits for what is accepted to settle (bounded), closes. */
  stop(): Promise<void>;
  /** Ports that it listens on, after start(), by the name that the run file gives them, e.g. `mqttPort`. */
  addresses?(): Readonly<Record<string, number>>;
}

/** What the check of a source may know of the rest of the configuration. */
export interface SourceContext {
  /** MQTT filters of the topics that routes take: a source that chooses what to store must store these. */
  routeTopics: readonly string[];
}

export interface SourceDeps extends SourceContext {
  intake: Intake;
  openRecords: OpenRecords;
  /** The gateway's data folder; a source keeps its own files in a folder below. */
  dataDir: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export const sourcePart = partOf<SourceDeps, Source, SourceContext>();
