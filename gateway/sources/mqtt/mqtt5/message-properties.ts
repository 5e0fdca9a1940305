import type { MessageProperties, QueuedPacket } from '../packet.ts';

/** How the properties of a kept message are written into its record: bytes as text, and nothing where there is nothing. */
export function storedProperties({ properties, messageExpiry }: QueuedPacket): Record<string, unknown> {
  if (properties === undefined) return {};
  const { correlationData, topicAlias: _, willDelayInterval, ...rest } = properties;
  const stored = {
    ...rest,
    ...(willDelayInterval !== undefined && { willDelayInterval }),
    ...(correlationData !== undefined && { correlationData: correlationData.toString('base64') }),
  };
  return { properties: stored, ...(messageExpiry !== undefined && { messageExpiry }) };
}

/** Reads them from the head of a record; earlier versions wrote none. */
export function readProperties(
  head: Record<string, unknown>,
): Pick<QueuedPacket, 'properties' | 'messageExpiry'> {
  const { properties, messageExpiry } = head;
  if (typeof properties !== 'object' || properties === null) return {};
  const { correlationData, ...rest } = properties as MessageProperties & { correlationData?: unknown };
  const bytes = typeof correlationData === 'string' && {
    correlationData: Buffer.from(correlationData, 'base64'),
  };
  return {
    properties: { ...rest, ...bytes },
    ...(typeof messageExpiry === 'number' && { messageExpiry }),
  };
}

/** The bytes that they count for in the limits of kept messages. */
export function propertyBytes(packet: QueuedPacket): number {
  return packet.properties === undefined ? 0 : JSON.stringify(storedProperties(packet)).length;
}

/**
 * Makes a message ready for subscribers: notes when it expires, and takes out what was only for the broker. Aedes does the
 * former too late for what is kept, and the latter not for wills.
 */
export function readyForSubscribers(packet: QueuedPacket, nowMs: number): void {
  const { properties } = packet;
  if (properties === undefined) return;
  const { messageExpiryInterval, willDelayInterval, ...rest } = properties;
  if (willDelayInterval !== undefined)
    packet.properties = { ...rest, ...(messageExpiryInterval !== undefined && { messageExpiryInterval }) };
  if (messageExpiryInterval !== undefined) packet.messageExpiry = nowMs + messageExpiryInterval * 1_000;
}
