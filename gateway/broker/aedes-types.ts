import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Link } from './link.ts';

/**
 * What the broker uses of Aedes' client beyond its public interface (checked at the first connection, see link.ts):
 * the parser, so that bytes can be looked at before it, and the function with which a client reads on.
 */
export interface LinkedClient extends Client {
  conn: Duplex;
  link: Link;
  _parser: { parse(bytes: Buffer): number };
  _nextBatch(): void;
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
