import { PacketHeader } from '../../../../shared/mqtt/packet-header.ts';
import { type Carrier, carriers, PropertyReader } from './properties.ts';

/** A packet that the specification forbids, with the reason code that its sender is told. */
export interface Violation {
  text: string;
  reasonCode: number;
}

const malformed = 0x81;
const protocolError = 0x82;

/** By packet type: the reason codes that a client may send in it. */
const acknowledgementCodes: Readonly<Record<number, readonly number[]>> = {
  4: [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  5: [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  6: [0, 0x92],
  7: [0, 0x92],
};
const disconnectCodes = [0, 4, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99];

const names = ['', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE'];
const moreNames = ['SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT', 'AUTH'];
const nameOf = (type: number): string => [...names, ...moreNames][type] ?? 'the packet';

/**
 * Checks what MQTT 5 adds to packets, in their bytes: the parser behind it knows properties, but not which packet may have
 * which, nor where a block must end.
 */
export class PacketCheck {
  private readonly header = new PacketHeader();
  private readonly properties = new PropertyReader();

  /** The first violation in these bytes, which are whole packets; null if there is none. */
  violationIn(bytes: Buffer): Violation | null {
    const { header } = this;
    for (let at = 0; at < bytes.length; ) {
      const bodyFrom = header.begin(bytes, at);
      if (bodyFrom < 0 || header.isPartial) return null; // the inlet has refused it
      const end = Math.min(bodyFrom + header.bodyBytes, bytes.length);
      const violation = this.violationOf(bytes, bytes[at]!, bodyFrom, end);
      if (violation) return { ...violation, text: `${nameOf(bytes[at]! >> 4)}: ${violation.text}` };
      at = end;
    }
    return null;
  }

  private violationOf(bytes: Buffer, first: number, start: number, end: number): Violation | null {
    switch (first >> 4) {
      case 1:
        return this.connect(bytes, start, end);
      case 3: {
        const topicEnd = textEnd(bytes, start, end);
        const at = (first & 6) === 0 ? topicEnd : topicEnd + 2;
        return topicEnd < 0 || at > end ? cutOff : this.block(bytes, at, end, carriers.publish, false);
      }
      case 4:
      case 5:
      case 6:
      case 7:
        if (end - start <= 2) return null;
        return this.answer(
          bytes,
          start + 2,
          end,
          acknowledgementCodes[first >> 4]!,
          carriers.acknowledgement,
        );
      case 8:
        return this.block(bytes, start + 2, end, carriers.subscribe, false);
      case 10:
        return this.block(bytes, start + 2, end, carriers.unsubscribe, false);
      case 14:
        return end === start ? null : this.answer(bytes, start, end, disconnectCodes, carriers.disconnect);
      default:
        return null;
    }
  }

  /** A reason code, and properties to the end of the packet where there are more bytes. */
  private answer(
    bytes: Buffer,
    at: number,
    end: number,
    codes: readonly number[],
    carrier: Carrier,
  ): Violation | null {
    if (!codes.includes(bytes[at]!))
      return {
        text: `reason code 0x${bytes[at]!.toString(16)} is not one of its own`,
        reasonCode: malformed,
      };
    return at + 1 === end ? null : this.block(bytes, at + 1, end, carrier, true);
  }

  private block(
    bytes: Buffer,
    at: number,
    end: number,
    carrier: Carrier,
    toTheEnd: boolean,
  ): Violation | null {
    const after = at >= end ? -1 : this.properties.read(bytes, at, end, carrier);
    if (at >= end) return cutOff;
    if (after < 0) return { text: this.properties.problem, reasonCode: this.properties.reasonCode };
    return toTheEnd && after !== end ? { text: 'bytes after its properties', reasonCode: malformed } : null;
  }

  private connect(bytes: Buffer, start: number, end: number): Violation | null {
    const nameEnd = textEnd(bytes, start, end);
    const flagsAt = nameEnd + 1;
    const propertiesAt = flagsAt + 3;
    if (nameEnd < 0 || propertiesAt >= end) return cutOff;
    const flags = bytes[flagsAt]!;
    const after = this.properties.read(bytes, propertiesAt, end, carriers.connect);
    if (after < 0) return { text: this.properties.problem, reasonCode: this.properties.reasonCode };
    const idEnd = textEnd(bytes, after, end);
    if (idEnd < 0) return cutOff;
    if ((flags & 0x04) === 0) return null;
    if ((flags & 0x18) === 0x18) return { text: 'its will has QoS 3 [MQTT-3.1.2-12]', reasonCode: malformed };
    return this.block(bytes, idEnd, end, carriers.will, false);
  }
}

const cutOff: Violation = { text: 'it ends before its fields do', reasonCode: malformed };

/** Where a text with its length ends; -1 if it is cut off. */
function textEnd(bytes: Buffer, start: number, end: number): number {
  if (start + 2 > end) return -1;
  const after = start + 2 + bytes.readUInt16BE(start);
  return after > end ? -1 : after;
}

/** The answer to a second CONNECT and to what else the protocol forbids. */
export const protocolErrorCode = protocolError;

/** True if these bytes begin with a CONNECT of MQTT 5 (a bridge sets the highest bit of the level). */
export function isConnect5(bytes: Buffer): boolean {
  const header = new PacketHeader();
  const bodyFrom = bytes.length > 1 && bytes[0] === 0x10 ? header.begin(bytes, 0) : -1;
  if (bodyFrom < 0 || header.isPartial) return false;
  const levelAt = textEnd(bytes, bodyFrom, bytes.length);
  return levelAt > 0 && levelAt < bytes.length && (bytes[levelAt]! & 0x7f) === 5;
}
