/**
 * The refusal, by which a cloud tells a gateway that it has not accepted a batch. Such a batch is not acknowledged, and
 * the gateway keeps and resends it. MQTT 3.1.1 cannot express this in an acknowledgement, so the refusal is a separate
 * message (QoS 0) on the same connection, for gateways that have subscribed to its topic. A lost refusal costs only
 * time: the gateway then waits for its acknowledgement timeout.
 */
import { type Static, Type } from '@sinclair/typebox';
import { HarbingerError } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';

/** The reasons for a refusal. A newer cloud may have further ones, so readers must accept any code. */
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
export type BatchRefusalCode = (typeof refusalCodes)[number];

export const refusalLimits = { bytesMax: 2_048, reasonLengthMax: 300 } as const;

/** Fields that a reader does not know are ignored; a change of these fields needs another version. */
export const BatchRefusal = Type.Object({
  version: Type.Literal(1),
  packet: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    description: 'packet identifier of the PUBLISH that carried the batch',
  }),
  code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' }),
  reason: Type.String({ maxLength: refusalLimits.reasonLengthMax }),
});
export type BatchRefusal = Static<typeof BatchRefusal>;

const checkRefusal = compileValidator(BatchRefusal);
const codes: readonly string[] = refusalCodes;

/** True if an error means that a batch was not received as it was sent, so that it must not be acknowledged. */
export function isBatchRefusal(
  error: unknown,
): error is HarbingerError & { readonly code: BatchRefusalCode } {
  return error instanceof HarbingerError && codes.includes(error.code);
}

export function encodeBatchRefusal(packet: number, { code, message }: HarbingerError): Buffer {
  const reason = message.slice(0, refusalLimits.reasonLengthMax);
  return Buffer.from(JSON.stringify({ version: 1, packet, code, reason } satisfies BatchRefusal));
}

/** Returns null if the message is not a refusal that this program understands; it must then be ignored. */
export function parseBatchRefusal(message: Buffer): BatchRefusal | null {
  if (message.length > refusalLimits.bytesMax) return null;
  try {
    return checkRefusal(JSON.parse(message.toString('utf8')), (problem) => new Error(problem));
  } catch {
    return null;
  }
}
