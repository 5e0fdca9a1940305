/**
 * Checks of a packet that MQTT 3.1.1 demands and the parser does not make. The sender of a packet that violates it is
 * disconnected [MQTT-4.8.0-1], and nothing of the packet is acted upon.
 */
import { ConnectionRefusal } from '../connection-refusal.ts';
import type { AedesClient, ParsedPacket } from './aedes-client.ts';

/** CONNACK with the return code "unacceptable protocol version". */
const versionRefused = Buffer.from([0x20, 2, 0, 1]);

/** Makes the parser refuse packets that violate the specification. */
export function refuseViolations({ _parser: parser, conn }: Pick<AedesClient, '_parser' | 'conn'>): void {
  const newPacket = parser._newPacket;
  const emitError = parser._emitError;
  parser._emitError = function answered(error) {
    // The parser knows some versions, and Aedes refuses those it does not serve; others end here [MQTT-3.1.2-2].
    const isVersion = error.message === 'Invalid protocol version';
    if (isVersion) conn.write(versionRefused);
    emitError.call(this, isVersion ? new ConnectionRefusal('version', error.message, 1) : error);
  };
  parser._newPacket = function checked() {
    const problem = violationOf(this.packet, this._pos);
    if (problem === null) return newPacket.call(this);
    this._emitError(new ConnectionRefusal('malformed', problem));
    return false;
  };
}

/**
 * The violation, with the number of its statement in the specification; null if there is none.
 * @param end where the parser has found the end of the packet's fields, or of those before a PUBLISH's payload
 */
function violationOf(packet: ParsedPacket, end: number): string | null {
  const { length, messageId } = packet;
  switch (packet.cmd) {
    case 'connect':
      if (packet.protocolVersion === 5) return null; // Aedes answers that it is not served
      if (packet.will?.qos === 3) return 'a will has QoS 3 [MQTT-3.1.2-14]';
      if (packet.password !== undefined && packet.username === undefined)
        return 'a password comes without a user name [MQTT-3.1.2-22]';
      return end === length ? null : 'the length of CONNECT is not that of its fields [MQTT-3.1.3-1]';
    case 'publish':
      if (packet.qos === 0 && packet.dup) return 'a PUBLISH of QoS 0 has DUP [MQTT-3.3.1-2]';
      if (packet.qos > 0 && !isPacketId(messageId)) return `PUBLISH ${noPacketId}`;
      return end <= length ? null : 'a PUBLISH ends within its topic or packet id';
    case 'subscribe':
      if (!isPacketId(messageId)) return `SUBSCRIBE ${noPacketId}`;
      if (packet.subscriptions?.length === 0) return 'SUBSCRIBE has no topic filter [MQTT-3.8.3-3]';
      return end === length ? null : 'the length of SUBSCRIBE is not that of its fields';
    case 'unsubscribe':
      if (!isPacketId(messageId)) return `UNSUBSCRIBE ${noPacketId}`;
      if (packet.unsubscriptions?.length === 0) return 'UNSUBSCRIBE has no topic filter [MQTT-3.10.3-2]';
      return end === length ? null : 'the length of UNSUBSCRIBE is not that of its fields';
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      if (length !== 2) return `the length of ${packet.cmd.toUpperCase()} is not 2`;
      return isPacketId(messageId) ? null : `${packet.cmd.toUpperCase()} ${noPacketId}`;
    case 'pingreq':
    case 'disconnect':
      return length === 0 ? null : `the length of ${packet.cmd.toUpperCase()} is not 0`;
    default:
      return `${packet.cmd.toUpperCase()} is not sent by clients`;
  }
}

const noPacketId = 'has no packet id above 0 [MQTT-2.3.1-1]';

/** The parser says −1 where bytes are missing. */
function isPacketId(messageId: number | undefined): boolean {
  return messageId !== undefined && messageId > 0;
}
