/** A packet that waits until its client acknowledges it: a message, or the release (PUBREL) of a QoS 2 message. */
export interface QueuedPacket {
  cmd: string;
  topic?: string;
  payload?: Buffer;
  qos?: 0 | 1 | 2;
  retain?: boolean;
  dup?: boolean;
  /** Together with `brokerCounter`: the identity that the broker gave the message. */
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number | undefined;
  /** Properties of MQTT 5. */
  properties?: MessageProperties;
  /** When (ms since 1970) it expires, as its sender says. */
  messageExpiry?: number;
}

/**
 * The first part of the name of retained messages that SUBSCRIBE brings; their place in the queue is the second. Not the broker's id:
 * Aedes drops a message with a lower number of that than one before it.
 */
export const retainedName = 'retained';

/** The properties that a message keeps on its way to subscribers, and those of a will that are for the broker. */
export interface MessageProperties {
  payloadFormatIndicator?: boolean;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  userProperties?: Record<string, string | string[]>;
  subscriptionIdentifier?: number | number[];
  willDelayInterval?: number;
  topicAlias?: number;
}

/** A message, as Aedes passes it around. */
export interface PublishPacket extends QueuedPacket {
  topic: string;
  payload: Buffer;
  qos: 0 | 1 | 2;
  /** The client that left this will. */
  clientId?: string;
  /** The user whose client sent the message or left the will. */
  user?: string;
  /** At QoS 2: whether it is a copy of a message that was received before. */
  isCopy?: boolean;
  /** True if all of a retained message was stored as readings. */
  areReadings?: boolean;
}
