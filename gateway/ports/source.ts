/**
 * The interfaces between the gateway's rooms (gateway/ports), one file for each seam. A room imports its own files,
 * this folder and shared/, and never another room; gateway.ts and pipeline/ put the rooms together. This folder holds
 * types, and the `partOf` of a seam.
 *
 * Three threads: main (broker, serial, windows, decisions, HTTP), data (decode → contract → journal → uplink), model
 * (inference). A reading's way: Source → Intake ⇒ data thread: Decoder → contract → Journal → ack ⇒ main: windows.
 */
import { partOf } from '../../shared/parts/part.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { DeviceAccounts } from './devices/devices.ts';
import type { OpenRecords } from './records.ts';
import type { RetainedAdmin, SessionAdmin } from './retiring.ts';

/**
 * One message as received, not interpreted yet. Both it and its payload are valid only during the call: a receiver that
 * keeps them longer must copy them.
 */
export interface RawMessage {
  topic: string;
  payload: Buffer;
  /** MQTT client id, or the name of the serial port. */
  client: string;
  /** The user whom the client signed in as; absent if there is none. */
  user?: string | undefined;
  receivedMs: number;
  /** The sender has marked this as a possible resend (MQTT's DUP). */
  resend: boolean;
  /**
   * Number of the connection on which it came, below 2^32: its sender marks what it sends again on the same connection. 0
   * if it may not, because other senders' messages are passed on there.
   */
  connection: number;
  /**
   * Present if the source keeps the message as its topic's retained one: `again` if that one is equal already, and was
   * stored as readings, and this is the first of its topic on the connection.
   */
  retained?: 'new' | 'again' | undefined;
  /** Present if a dead letter is sent again: its name, by which its readings are known if that happens twice. */
  letter?: string | undefined;
  /** Present if the payload is readings in the form of gateway/decode/typed, and the topic only says where they are from. */
  form?: MessageForm | undefined;
}

export type MessageForm = 'readings';

/** The quality of a value as its origin says it. An uncertain value is taken; a bad one says that its sensor is not well. */
export type Quality = 'good' | 'uncertain' | 'bad';
/** A value as its origin has it; null if it has none now. An integer beyond 2^53 is a bigint, and counted where it is rounded. */
export type TypedValue = number | bigint | boolean | string | null;
export type NamedTypedValue = readonly [sensor: string, value: TypedValue, quality?: Quality];

/** The values of one machine at one time. */
export interface TypedReading {
  site: string;
  machine: string;
  /** Ns since 1970; absent: the time of arrival. */
  timeNs?: bigint;
  values: readonly NamedTypedValue[];
}

/** Readings that belong together, such as the answer to one poll. They are acknowledged together. */
export interface TypedReadings
  extends Pick<RawMessage, 'client' | 'user' | 'receivedMs' | 'resend' | 'connection'> {
  /** Says where they are from, to people: `modbus:line1/7`. */
  origin: string;
  readings: readonly TypedReading[];
}

/**
 * The acknowledgement of a message. Called exactly once: without an error when the message is on disk (as a reading or a
 * dead letter), with one if it could not be stored. `ticket` is the number that was given with the message; `areReadings` is
 * true if all of a retained message was stored as readings, and undefined if that is not known.
 */
export type Settle = (error: Error | undefined, ticket: number, areReadings?: boolean) => void;

/** Accepts messages from sources. Bounded: while it is full, `accept` withholds its answer. */
export interface MessageIntake {
  /**
   * A source with many messages passes the same `settled` for all of them, and a ticket by which it knows each: a function
   * for each message would be what the garbage collector works most on.
   * @param ticket a whole number below 2^53; 0 if absent
   */
  accept(message: RawMessage, settled: Settle, ticket?: number): void;
}

/** Accepts also what a source has as readings, of any machines, in the same way. They are valid only during the call. */
export interface Intake extends MessageIntake {
  acceptReadings(readings: TypedReadings, settled: Settle, ticket?: number): void;
}

/** An origin of messages, such as the MQTT broker or serial ports. It reports its statistics only after start(). */
export interface Source extends Reporting {
  start(): Promise<void>;
  /** Stops accepting, waits (bounded) until accepted messages are settled, and closes. */
  stop(): Promise<void>;
  /** Ports on which it listens, after start(), by their names in the run file, e.g. `mqttPort`. */
  addresses?(): Readonly<Record<string, number>>;
  /**
   * Takes what of another configuration can change while it runs, after start(); absent for a source of which nothing can. `tables`
   * are those of the whole configuration, which was checked. Returns the settings that it has taken.
   */
  reload?(tables: Readonly<Record<string, unknown>>): string[];
  /** Reads its certificates again, after start(); absent for a source without any. Returns how many are new, and which could not be read. */
  renewCertificates?(): { renewed: number; problems: string[] };
  /** The sessions that it keeps, after start(); absent for a source without sessions. */
  sessions?(): SessionAdmin;
  /** The retained messages that it keeps, after start(); absent for a source without any. */
  retained?(): RetainedAdmin;
  /** How the connections are that it makes to others, after start(); absent for a source that makes none. */
  peers?(): readonly PeerState[];
  /** Where the gateway says what it knows, after start(); absent for a source that nobody can subscribe to. */
  siteBroker?(): SiteBroker;
}

/** A connection that a source makes and keeps. */
export interface PeerState {
  /** Its name in the settings, and its address. */
  name: string;
  address: string;
  isConnected: boolean;
  /** When it was lost; null while it is there. */
  lostSinceMs: number | null;
  /** Why there is none, or what is refused there; empty if all is well. */
  problem: string;
}

/** Passes on what the gateway itself publishes, on topics below `harbinger/`, retained. */
export interface SiteBroker {
  /** The topics and texts that it keeps there; null in place of what somebody else left there before that was refused. */
  kept(): Iterable<readonly [topic: string, text: string | null]>;
  /** Resolves when it is kept, and on its way to subscribers. An empty payload removes the topic's message. */
  publish(topic: string, payload: Buffer): Promise<void>;
}

/** The parts of the rest of the configuration that the check of a source may read. */
export interface SourceContext {
  /** MQTT filters of the topics that routes accept; a source that chooses which messages to store must store these. */
  routeTopics: readonly string[];
}

export interface SourceDeps extends SourceContext {
  intake: Intake;
  openRecords: OpenRecords;
  /** Accounts that people have made for devices; a source that has users of its own takes these too. */
  devices: DeviceAccounts;
  /** The gateway's data folder; a source keeps its own files in a folder below. */
  dataDir: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export const sourcePart = partOf<SourceDeps, Source, SourceContext>();
