/**
 * The refusal: what a cloud tells a gateway about a batch that it has not taken. Such a batch is not acknowledged; the
 * gateway keeps it and sends it again. MQTT 3.1.1 has no way to say so in an acknowledgement, so the refusal is a
 * message of its own (QoS 0) on the same connection, for gateways that have subscribed to its topic. One that gets
 * lost costs time only: the gateway then waits until its limit for an acknowledgement.
 */
import { type Static, Type } from '@sinclair/typebox';
import { HarbingerError } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';

/** Why a batch is refused. A newer cloud may have further reasons: readers must take any code. */
export const refusalCodes = [
  'BATCH_BODY',
  'BATCH_CHECKSUM',
  'BATCH_FOREIGN',
  'BATCH_FORMAT',
  'BATCH_HEADER',
  'BATCH_ORDER',
  'BATCH_SIZE',
  'BATCH_VERSION',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export const refusalLimits = { bytesMax: 2_048, reasonLengthMax: 300 } as const;

/** Fields that a reader does not know are ignored; a change of these fields needs a version of its own. */
export const Refusal = Type.Object({
  version: Type.Literal(1),
  packet: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    description: 'packet identifier of the PUBLISH that carried the batch',
  }),
  code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' }),
  reason: Type.String({ maxLength: refusalLimits.reasonLengthMax }),
});
export type Refusal = Static<typeof Refusal>;

const checkRefusal = compileValidator(Refusal);
const codes: readonly string[] = refusalCodes;

/** Whether an error says that a batch was not received as it was sent, so that it must not be acknowledged. */
export function isRefusal(error: unknown): error is HarbingerError & { readonly code: RefusalCode } {
  return error instanceof HarbingerError && codes.includes(error.code);
}

export function encodeRefusal(packet: number, { code, message }: HarbingerError): Buffer {
  const reason = message.slice(0, refusalLimits.reasonLengthMax);
  return Buffer.from(JSON.stringify({ version: 1, packet, code, reason } satisfies Refusal));
}

/** Null if the message is no refusal that this program understands; it is then to be ignored. */
export function parseRefusal(message: Buffer): Refusal | null {
  if (message.length > refusalLimits.bytesMax) return null;
  try {
    return checkRefusal(JSON.parse(message.toString('utf8')), (problem) => new Error(problem));
  } catch {
    return null;
  }
}
