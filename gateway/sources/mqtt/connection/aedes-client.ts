import { type Duplex, PassThrough } from 'node:stream';
import type { Aedes, Client } from 'aedes';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Mqtt5Client } from '../mqtt5/mqtt5.ts';
import type { PublishPacket } from '../packet.ts';
import type { DelayingBroker } from '../wills/due-wills.ts';

/**
 * The parts of an Aedes client that the broker uses beyond its public interface (`checkAedes` verifies that they exist):
 * the parser, so that bytes and texts can be checked before Aedes acts on them, and the function that resumes reading.
 */
export interface AedesClient extends Omit<Client, keyof Mqtt5Client>, Mqtt5Client {
  conn: Duplex;
  /** Aedes' word for a session that is not kept after the connection; CONNECT may take over one that was (see Admission). */
  clean: boolean;
  closed: boolean;
  connected: boolean;
  subscriptions: Record<string, { qos: 0 | 1 | 2; si?: number }>;
  broker: {
    clients: Readonly<Record<string, AedesClient | undefined>>;
    persistence: { outgoingUpdate(client: { id: string }, packet: PublishPacket): Promise<void> };
  };
  /** The packet id of the next message to it. */
  _nextId: number;
  /** The message for the end of this connection. */
  will?: PublishPacket | null;
  _parser: TextParser;
  _nextBatch(): void;
}

/** The fields of a parsed packet that are checked. */
export interface ParsedPacket {
  cmd: string;
  /** Bytes after the fixed header. */
  length: number;
  qos: number;
  dup: boolean;
  protocolVersion?: number;
  messageId?: number;
  will?: { qos: number };
  topic?: string;
  reasonCode?: number;
  properties?: { topicAlias?: number; sessionExpiryInterval?: number };
  username?: string;
  password?: Buffer;
  subscriptions?: unknown[];
  unsubscriptions?: unknown[];
}

/** The parser of mqtt-packet. `_newPacket` is called when a packet is parsed, and hands it on. `_parseString` reads the length-prefixed text at `_pos` of the bytes in `_list`. */
export interface TextParser {
  parse(bytes: Buffer): number;
  _list: { slice(start: number, end: number): Buffer };
  _pos: number;
  packet: ParsedPacket;
  _newPacket(): boolean;
  /** Null if the remaining bytes hold no complete text. */
  _parseString(): string | null;
  _emitError(error: Error): void;
}

/**
 * Checks the internals at startup, as a missing one would otherwise fail only at the first connection.
 * @throws HarbingerError BROKER_AEDES_CHANGED
 */
export function checkAedes(aedes: Aedes): void {
  const probe = aedes.handle(new PassThrough()) as Partial<AedesClient>;
  const parser = probe._parser;
  const delaying = aedes as unknown as Partial<DelayingBroker>;
  const fits =
    delaying.delayedWills instanceof Map &&
    typeof delaying.clearDelayedWill === 'function' &&
    typeof parser?.parse === 'function' &&
    typeof parser._parseString === 'function' &&
    typeof parser._emitError === 'function' &&
    typeof parser._newPacket === 'function' &&
    typeof parser.packet?.length === 'number' &&
    typeof parser._list?.slice === 'function' &&
    typeof probe._nextBatch === 'function' &&
    typeof probe.deliverQoS === 'function' &&
    typeof probe._nextId === 'number' &&
    typeof probe.duplicates === 'object' &&
    probe._topicAliases instanceof Map &&
    typeof (Object.getPrototypeOf(aedes) as Record<string, unknown>).scheduleSessionExpiry === 'function';
  probe.close?.();
  if (fits) return;
  throw new HarbingerError(
    'BROKER_AEDES_CHANGED',
    'broker',
    'this version of aedes has other internals than 2.0.0-beta.1; install the version in package-lock.json',
  );
}
