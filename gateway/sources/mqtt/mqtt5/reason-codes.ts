import { ConnectionRefusal, type RefusalReason } from '../connection-refusal.ts';

/** The reason codes of MQTT 5 with which the broker refuses a client or ends its connection. */
const codes: Readonly<Record<RefusalReason, number>> = {
  limit: 0x97,
  timeout: 0x80,
  version: 0x84,
  malformed: 0x81,
  oversize: 0x95,
  unfinished: 0x97,
  credentials: 0x86,
  throttled: 0x9f,
  busy: 0x89,
  'client-id': 0x85,
  'session-limit': 0x97,
  account: 0x87,
  will: 0x87,
  'will-limit': 0x97,
  publish: 0x87,
  keepalive: 0x8d,
  slow: 0x97,
  intake: 0x83,
  stopping: 0x8b,
};

/** Codes of DISCONNECT only: in CONNACK the nearest one stands for them. */
const onlyAfterConnack: Readonly<Record<number, number>> = { 139: 0x88, 141: 0x80, 147: 0x97, 148: 0x82 };

/** Errors of Aedes, by their texts, that say that a client broke the protocol. */
const protocolErrors = /^Invalid protocol$|not allowed|subscription identifier|topic alias/;

export function reasonCodeOf(error: Error): number {
  if (error instanceof ConnectionRefusal) return error.reasonCode ?? codes[error.reason];
  return protocolErrors.test(error.message) ? 0x82 : 0x81;
}

const reasonTextMax = 200;

/** DISCONNECT with a reason, as long as the client takes it [MQTT-3.14.2-3]; null if it takes not even the code. */
export function disconnectPacket(
  code: number,
  reason: string,
  bytesMax = Number.POSITIVE_INFINITY,
): Buffer | null {
  const whole = Buffer.concat([Buffer.from([code]), reasonString(reason)]);
  const body = whole.length + 2 > bytesMax ? Buffer.from([code]) : whole;
  return body.length + 2 > bytesMax ? null : Buffer.concat([Buffer.from([0xe0]), lengthOf(body), body]);
}

/** CONNACK that refuses a client. */
export function refusingConnack(
  code: number,
  reason: string,
  bytesMax = Number.POSITIVE_INFINITY,
): Buffer | null {
  const head = Buffer.from([0, onlyAfterConnack[code] ?? code]);
  const whole = Buffer.concat([head, reasonString(reason)]);
  const body = whole.length + 3 > bytesMax ? Buffer.concat([head, Buffer.from([0])]) : whole;
  return body.length + 2 > bytesMax ? null : Buffer.concat([Buffer.from([0x20]), lengthOf(body), body]);
}

/** A property block with a Reason String. */
function reasonString(reason: string): Buffer {
  const text = Buffer.from(reason.slice(0, reasonTextMax));
  const property = Buffer.concat([Buffer.from([0x1f, text.length >> 8, text.length & 0xff]), text]);
  return Buffer.concat([lengthOf(property), property]);
}

function lengthOf({ length }: Buffer): Buffer {
  return Buffer.from(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]);
}
