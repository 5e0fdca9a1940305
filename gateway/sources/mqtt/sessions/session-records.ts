/**
 * The records of kept sessions on disk: one for the session, and one for each message queued for its client. Keys sort so
 * that a session is read before its messages, and the messages in their order.
 */

import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json/json-record.ts';
import type { RecordChange } from '../../../ports/records.ts';
import { readProperties, storedProperties } from '../mqtt5/message-properties.ts';
import type { QueuedPacket } from '../packet.ts';
import type { SubscriptionRecord } from './kept-subscriptions.ts';
import { OutgoingQueue, type QueueEntry } from './outgoing.ts';

export interface Session {
  user: string;
  lastSeenMs: number;
  /** How many seconds it lasts without its client (MQTT 5); null: as long as the configuration says. */
  expiryS: number | null;
  /** It existed when its client connected the last time. */
  isResumed: boolean;
  subscriptions: Map<string, SubscriptionRecord>;
  queue: OutgoingQueue;
}

export function newSession(user: string): Session {
  const empty = { subscriptions: new Map(), queue: new OutgoingQueue() };
  return { user, lastSeenMs: 0, expiryS: null, isResumed: false, ...empty };
}

export type Put = RecordChange & { value: Buffer };

const seqDigits = 16;

function sessionKey(clientId: string): string {
  return `c!${encodeURIComponent(clientId)}`;
}

function queuedKey(clientId: string, seq: number): string {
  return `o!${encodeURIComponent(clientId)}!${String(seq).padStart(seqDigits, '0')}`;
}

export function putSession(clientId: string, { user, lastSeenMs, expiryS, subscriptions }: Session): Put {
  const lasting = expiryS === null ? {} : { expiryS };
  const value = encodeRecord({
    clientId,
    user,
    lastSeenMs,
    ...lasting,
    subscriptions: [...subscriptions.values()],
  });
  return { key: sessionKey(clientId), value };
}

export function deleteSession(clientId: string): RecordChange {
  return { key: sessionKey(clientId), value: null };
}

export function putQueued(clientId: string, { seq, packet }: Pick<QueueEntry, 'seq' | 'packet'>): Put {
  const { payload, properties: _, messageExpiry: __, ...rest } = packet;
  return {
    key: queuedKey(clientId, seq),
    value: encodeRecord({ clientId, packet: rest, ...storedProperties(packet) }, payload),
  };
}

export function deleteQueued(clientId: string, seq: number): RecordChange {
  return { key: queuedKey(clientId, seq), value: null };
}

/** The session, with an empty queue. Null if the record is of another kind or is not readable. */
export function readSession(
  key: string,
  { head }: DecodedRecord,
): { clientId: string; session: Session } | null {
  const { clientId, user, lastSeenMs, subscriptions } = head;
  const expiryS = typeof head.expiryS === 'number' ? head.expiryS : null;
  if (!key.startsWith('c!') || typeof clientId !== 'string') return null;
  if (typeof user !== 'string' || typeof lastSeenMs !== 'number' || !Array.isArray(subscriptions))
    return null;
  const byTopic = new Map((subscriptions as SubscriptionRecord[]).map((each) => [each.topic, each]));
  return { clientId, session: { ...newSession(user), lastSeenMs, expiryS, subscriptions: byTopic } };
}

/** The queued message. Null if the record is of another kind or is not readable. */
export function readQueued(
  key: string,
  { head, body }: DecodedRecord,
): { clientId: string; seq: number; packet: QueuedPacket } | null {
  const { clientId } = head;
  const packet = head.packet as QueuedPacket | undefined;
  const seq = Number(key.slice(-seqDigits));
  if (!key.startsWith('o!') || typeof clientId !== 'string') return null;
  if (!Number.isSafeInteger(seq) || typeof packet?.cmd !== 'string') return null;
  const whole = packet.cmd === 'publish' ? { ...packet, payload: body, ...readProperties(head) } : packet;
  return { clientId, seq, packet: whole };
}

/** The client or topic that a record belongs to, for the log. */
export function subjectOf(key: string): { topic: string } | { client: string } {
  const name = key.slice(2);
  return key.startsWith('r!') ? { topic: name } : { client: decodeURIComponent(name.split('!', 1)[0]!) };
}
