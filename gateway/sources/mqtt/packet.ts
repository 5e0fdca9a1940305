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
