/**
 * Additions of MQTT 5 (gateway/sources/mqtt/mqtt5): property blocks, reason codes, topic aliases and windows of messages
 * that are not acknowledged yet. A connection that speaks 3.1.1 does not touch anything here: which of the two it speaks
 * is decided once, at its CONNECT. This file reads property blocks, whose bytes come from a client.
 */
import { isUtf8 } from 'node:buffer';

/** The packets of a client that carry properties, a bit for each. */
export const carriers = {
  connect: 1,
  will: 2,
  publish: 4,
  acknowledgement: 8,
  subscribe: 16,
  unsubscribe: 32,
  disconnect: 64,
} as const;
export type Carrier = (typeof carriers)[keyof typeof carriers];

type Form = 'flag' | 'two' | 'four' | 'variable' | 'text' | 'pair' | 'bytes';

/** By identifier: the form of a property, and the packets of clients that may carry it. */
const known: Readonly<Record<number, readonly [form: Form, where: number, name: string]>> = {
  1: ['flag', carriers.will | carriers.publish, 'Payload Format Indicator'],
  2: ['four', carriers.will | carriers.publish, 'Message Expiry Interval'],
  3: ['text', carriers.will | carriers.publish, 'Content Type'],
  8: ['text', carriers.will | carriers.publish, 'Response Topic'],
  9: ['bytes', carriers.will | carriers.publish, 'Correlation Data'],
  11: ['variable', carriers.subscribe, 'Subscription Identifier'],
  17: ['four', carriers.connect | carriers.disconnect, 'Session Expiry Interval'],
  21: ['text', carriers.connect, 'Authentication Method'],
  22: ['bytes', carriers.connect, 'Authentication Data'],
  23: ['flag', carriers.connect, 'Request Problem Information'],
  24: ['four', carriers.will, 'Will Delay Interval'],
  25: ['flag', carriers.connect, 'Request Response Information'],
  31: ['text', carriers.acknowledgement | carriers.disconnect, 'Reason String'],
  33: ['two', carriers.connect, 'Receive Maximum'],
  34: ['two', carriers.connect, 'Topic Alias Maximum'],
  35: ['two', carriers.publish, 'Topic Alias'],
  38: ['pair', 127, 'User Property'],
  39: ['four', carriers.connect, 'Maximum Packet Size'],
};

const userProperty = 0x26;
/** Properties that must not be 0. */
const neverZero = [0x0b, 0x21, 0x27];

/** Reads one property block after the other. It keeps nothing but what the last one said. */
export class PropertyReader {
  /** The topic alias of the last block; -1 if it has none. */
  topicAlias = -1;
  /** Why the last block was refused, and the reason code for it. */
  problem = '';
  reasonCode = 0;
  private at = 0;
  private end = 0;

  /** Returns where the block that begins at `bytes[start]` ends; -1 if it is not one that `carrier` may have. */
  read(bytes: Buffer, start: number, limit: number, carrier: Carrier): number {
    this.topicAlias = -1;
    if (bytes[start] === 0 && start < limit) return start + 1;
    this.at = start;
    this.end = limit;
    const length = this.variable(bytes);
    if (length < 0 || this.at + length > limit) return this.refuse('the length of its properties is wrong');
    this.end = this.at + length;
    let seen = 0n;
    while (this.at < this.end) {
      const id = bytes[this.at++]!;
      const property = known[id];
      if (!property || (property[1] & carrier) === 0)
        return this.refuse(
          `it has the property ${property?.[2] ?? `0x${id.toString(16)}`}, which it may not`,
        );
      const bit = 1n << BigInt(id);
      if ((seen & bit) !== 0n && id !== userProperty)
        return this.refuse(`it has the property ${property[2]} twice`, 0x82);
      seen |= bit;
      if (!this.value(bytes, property[0], id)) return -1;
    }
    return this.end;
  }

  private value(bytes: Buffer, form: Form, id: number): boolean {
    switch (form) {
      case 'flag':
        return this.number(id, this.fixed(bytes, 1), 1);
      case 'two': {
        const value = this.fixed(bytes, 2);
        if (id === 0x23) this.topicAlias = value;
        return this.number(id, value, 0xffff);
      }
      case 'four':
        return this.number(id, this.fixed(bytes, 4), 0xffff_ffff);
      case 'variable':
        return this.number(id, this.variable(bytes), 0xfff_ffff);
      case 'text':
        return this.text(bytes, id);
      case 'pair':
        return this.text(bytes, id) && this.text(bytes, id);
      case 'bytes':
        return this.blob(bytes, id) >= 0;
    }
  }

  private number(id: number, value: number, max: number): boolean {
    if (value < 0) return this.fail(`${known[id]![2]} is cut off`);
    if (value > max || (value === 0 && neverZero.includes(id)))
      return this.fail(`${known[id]![2]} is ${value}, which it may not be`, 0x82);
    return true;
  }

  private fixed(bytes: Buffer, count: number): number {
    if (this.at + count > this.end) return -1;
    this.at += count;
    return bytes.readUIntBE(this.at - count, count);
  }

  private variable(bytes: Buffer): number {
    let value = 0;
    for (let shift = 0; shift < 28 && this.at < this.end; shift += 7) {
      const byte = bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift > 0 && byte === 0 ? -1 : value; // no more bytes than the number needs
    }
    return -1;
  }

  /** Where the bytes begin; -1 if they are cut off. */
  private blob(bytes: Buffer, id: number): number {
    const length = this.fixed(bytes, 2);
    if (length < 0 || this.at + length > this.end) return this.refuse(`${known[id]![2]} is cut off`);
    this.at += length;
    return this.at - length;
  }

  private text(bytes: Buffer, id: number): boolean {
    const start = this.blob(bytes, id);
    if (start < 0) return false;
    const text = bytes.subarray(start, this.at);
    if (isUtf8(text) && !text.includes(0)) return true;
    return this.fail(`${known[id]![2]} is not UTF-8`);
  }

  private fail(problem: string, reasonCode?: number): false {
    this.refuse(problem, reasonCode);
    return false;
  }

  private refuse(problem: string, reasonCode = 0x81): -1 {
    this.problem = problem;
    this.reasonCode = reasonCode;
    return -1;
  }
}
