/**
 * Checks of a packet that MQTT demands and the parser does not make. The sender of a packet that violates it is
 * disconnected [MQTT-4.8.0-1], and nothing of the packet is acted upon.
 */
import { ConnectionRefusal } from '../connection-refusal.ts';
import { Mqtt5 } from '../mqtt5/mqtt5.ts';
import type { AedesClient, ParsedPacket } from './aedes-client.ts';

/** CONNACK with the return code "unacceptable protocol version". */
const versionRefused = Buffer.from([0x20, 2, 0, 1]);

interface Rules {
  /** The additions of MQTT 5 on this connection, once its CONNECT has said that it speaks it. */
  v5: Mqtt5 | null;
}

/** Makes the parser refuse packets that violate the specification. */
export function refuseViolations(
  { _parser: parser, conn }: Pick<AedesClient, '_parser' | 'conn'>,
  connection: Rules,
): void {
  const newPacket = parser._newPacket;
  const emitError = parser._emitError;
  parser._emitError = function answered(error) {
    // The parser knows some versions, and Aedes refuses those it does not serve; others end here [MQTT-3.1.2-2].
    const isVersion = error.message === 'Invalid protocol version';
    if (isVersion) conn.write(versionRefused);
    emitError.call(this, isVersion ? new ConnectionRefusal('version', error.message, 1) : error);
  };
  parser._newPacket = function checked() {
    const { v5 } = connection;
    const problem = violationOf(this.packet, this._pos, v5);
    if (problem === null) {
      if (v5) follow(v5, this.packet);
      return newPacket.call(this);
    }
    this._emitError(new ConnectionRefusal('malformed', problem, undefined, 0x82));
    return false;
  };
}

/**
 * The violation, with the number of its statement in the specification; null if there is none.
 * @param end where the parser has found the end of the packet's fields, or of those before a PUBLISH's payload
 */
function violationOf(packet: ParsedPacket, end: number, v5: Mqtt5 | null): string | null {
  const isV5 = v5 !== null;
  const { length, messageId } = packet;
  switch (packet.cmd) {
    case 'connect':
      if (v5?.client.connecting || v5?.client.connected) return 'a second CONNECT [MQTT-3.1.0-2]';
      if (packet.will?.qos === 3) return 'a will has QoS 3 [MQTT-3.1.2-14]';
      if (!isV5 && packet.password !== undefined && packet.username === undefined)
        return 'a password comes without a user name [MQTT-3.1.2-22]';
      return end === length ? null : 'the length of CONNECT is not that of its fields [MQTT-3.1.3-1]';
    case 'publish':
      if (packet.qos === 0 && packet.dup) return 'a PUBLISH of QoS 0 has DUP [MQTT-3.3.1-2]';
      if (packet.qos > 0 && !isPacketId(messageId)) return `PUBLISH ${noPacketId}`;
      if (isV5 && Mqtt5.aliasProblem(packet) !== null) return Mqtt5.aliasProblem(packet);
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
      if (!isV5 && length !== 2) return `the length of ${packet.cmd.toUpperCase()} is not 2`;
      return isPacketId(messageId) ? null : `${packet.cmd.toUpperCase()} ${noPacketId}`;
    case 'disconnect':
      if (v5) return v5.leaveProblem(packet); // PacketCheck has looked at the rest
      return length === 0 ? null : 'the length of DISCONNECT is not 0';
    case 'pingreq':
      return length === 0 ? null : `the length of ${packet.cmd.toUpperCase()} is not 0`;
    default:
      return `${packet.cmd.toUpperCase()} is not sent by clients`;
  }
}

/** Notes what a packet means for the messages that are under way. */
function follow(v5: Mqtt5, { cmd, messageId = 0, reasonCode = 0 }: ParsedPacket): void {
  if (cmd === 'pubrel') v5.released(messageId);
  if (cmd === 'puback' || cmd === 'pubcomp' || (cmd === 'pubrec' && reasonCode >= 0x80))
    v5.outgoing.acknowledged();
}

const noPacketId = 'has no packet id above 0 [MQTT-2.3.1-1]';

/** The parser says −1 where bytes are missing. */
function isPacketId(messageId: number | undefined): boolean {
  return messageId !== undefined && messageId > 0;
}
