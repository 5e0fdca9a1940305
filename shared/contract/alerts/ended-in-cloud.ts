/**
 * Endings: a cloud tells a gateway of alerts that are over in the cloud and still open at the gateway. A person has closed
 * them there, or the gateway has ended them itself and was put back to an older state. They are sent at once, and again at
 * each connection, until the gateway has reported the end itself in an event of the alert; so none of it needs an
 * acknowledgement (QoS 0), and a gateway that was away hears of it later. Only gateways that have subscribed to the topic
 * get it.
 */
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';
import { Closed } from './closed.ts';

export const endedLimits = { bytesMax: 1 << 20, inMessageMax: 100 } as const;

/** Fields that a reader does not know are ignored. */
export const EndedInCloud = Type.Object({
  alertId: Type.String({ minLength: 1, maxLength: 128 }),
  /** Absent: its gateway has ended it, and does not know that any more. */
  closed: Type.Optional(Closed),
});
export type EndedInCloud = Static<typeof EndedInCloud>;

const Message = Type.Object({ version: Type.Literal(1), alerts: Type.Array(Type.Unknown()) });
const checkMessage = compileValidator(Message);
const checkOne = compileValidator(EndedInCloud);
const failed = (problem: string) => new Error(problem);

/** Returns the messages that say it, in order. */
export function encodeEnded(alerts: readonly EndedInCloud[]): Buffer[] {
  const messages: Buffer[] = [];
  for (let i = 0; i < alerts.length; i += endedLimits.inMessageMax) {
    const some = alerts.slice(i, i + endedLimits.inMessageMax);
    messages.push(Buffer.from(JSON.stringify({ version: 1, alerts: some })));
  }
  return messages;
}

/** Never throws. What this program does not understand, for example of a newer cloud, is left out. */
export function parseEnded(message: Buffer): EndedInCloud[] {
  if (message.length > endedLimits.bytesMax) return [];
  try {
    const { alerts } = checkMessage(JSON.parse(message.toString('utf8')), failed);
    return alerts.slice(0, endedLimits.inMessageMax).flatMap(understood);
  } catch {
    return [];
  }
}

function understood(alert: unknown): EndedInCloud[] {
  try {
    return [checkOne(alert, failed)];
  } catch {
    return [];
  }
}
