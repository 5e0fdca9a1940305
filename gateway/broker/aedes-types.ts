import { type Duplex, PassThrough } from 'node:stream';
import type { Aedes, Client } from 'aedes';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Link } from './link.ts';

/**
 * What the broker uses of Aedes' client beyond its public interface (see checkAedes):
 * the parser, so that bytes can be looked at before it and texts while it has them, and the function with which a
 * client reads on.
 */
export interface LinkedClient extends Client {
  conn: Duplex;
  link: Link;
  _parser: TextParser;
  _nextBatch(): void;
}

/** mqtt-packet's parser: `_parseString` reads the text at `_pos` of the bytes in `_list`, after its length. */
export interface TextParser {
  parse(bytes: Buffer): number;
  _list: { slice(start: number, end: number): Buffer };
  _pos: number;
  /** Null where there is none. */
  _parseString(): string | null;
  _emitError(error: Error): void;
}

/** @throws HarbingerError BROKER_AEDES_CHANGED: better not to start than to fail at the first connection */
export function checkAedes(aedes: Aedes): void {
  const probe = aedes.handle(new PassThrough()) as Partial<LinkedClient>;
  const parser = probe._parser;
  const fits =
    typeof parser?.parse === 'function' &&
    typeof parser._parseString === 'function' &&
    typeof parser._emitError === 'function' &&
    typeof parser._list?.slice === 'function' &&
    typeof probe._nextBatch === 'function';
  probe.close?.();
  if (fits) return;
  throw new HarbingerError(
    'BROKER_AEDES_CHANGED',
    'broker',
    'this version of aedes has other internals than 1.2; install the version in package-lock.json',
  );
}

/** Why a connection was refused or closed by the broker; the key of a counter. */
export const refusalReasons = [
  'limit',
  'timeout',
  'version',
  'malformed',
  'oversize',
  'credentials',
  'throttled',
  'busy',
  'client-id',
  'session-limit',
  'will',
  'publish',
  'keepalive',
  'slow',
  'intake',
  'stopping',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** An error that closes a connection. `returnCode` is MQTT's, for CONNACK. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly returnCode: number;

  constructor(reason: RefusalReason, message: string, returnCode = 5) {
    super(message);
    this.name = 'Refusal';
    this.reason = reason;
    this.returnCode = returnCode;
  }
}
