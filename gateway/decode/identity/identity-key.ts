import type { Moment } from '../device-time.ts';
import { finish, hashText, mix, mixFloat } from '../hash.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';

/**
 * The kinds of keys. `timestamp` is the timestamp of a reading; `time` is a device's time that the occupied timestamp
 * does not show; `claim` is the running number, time and sensors of a reading, regardless of values; `letter` is a dead
 * letter that was sent again; `connection` is another key with the connection on which a dead letter of it came.
 */
const kinds = { id: 1, seq: 2, timestamp: 3, time: 4, claim: 5, letter: 6, connection: 7 } as const;

/** The key of an identity: 64 bits that are set anew for each look-up, so that none allocates. */
export class IdentityKey {
  high = 0;
  low = 0;

  ofId(schema: MachineSchema, id: string): void {
    const [high, low] = hashText(id);
    this.set(schema, kinds.id, high, low);
  }

  ofLetter(schema: MachineSchema, letter: string): void {
    const [high, low] = hashText(letter);
    this.set(schema, kinds.letter, high, low);
  }

  /** The content is part of the key, because each sender of a machine may count separately. */
  ofSeq(schema: MachineSchema, seq: number, content: number): void {
    this.set(schema, kinds.seq, mix((seq / 2 ** 32) | 0, seq | 0), content);
  }

  ofClaim(schema: MachineSchema, seq: number, { ms, ns }: Moment, sensors: number): void {
    this.set(schema, kinds.claim, sensors, mix(mixFloat(seq | 0, ms), ns));
  }

  ofTime(schema: MachineSchema, { ms, ns }: Moment, content: number): void {
    this.set(schema, kinds.time, mix(mix(ns, ms | 0), (ms / 2 ** 32) | 0), content);
  }

  ofTimestamp(schema: MachineSchema, ms: number, ns: number): void {
    this.set(schema, kinds.timestamp, mix(ns, ms | 0), (ms / 2 ** 32) | 0);
  }

  /** Turns a key into that of the same with a connection. */
  ofConnection({ high, low }: IdentityKey, connection: number): void {
    this.high = finish(mix(mix(mix(high, kinds.connection), connection), low));
    this.low = finish(mix(mix(mix(low, high), connection), kinds.connection));
  }

  private set(schema: MachineSchema, kind: number, a: number, b: number): void {
    this.high = finish(mix(mix(mix(schema.hashHigh, kind), a), b));
    this.low = finish(mix(mix(mix(schema.hashLow, b), kind), a));
  }
}
