/**
 * Retained messages (gateway/sources/mqtt/sessions/retained): this file keeps the last one of each topic, and the other
 * recognises those that come again. Writing to disk is the business of ../mirror.ts.
 */
import { Quotas } from '../../../../../shared/bounds/quotas.ts';
import { isSiteTopic } from '../../../../../shared/contract/site/site-topics.ts';
import { type DecodedRecord, encodeRecord } from '../../../../../shared/files/json/json-record.ts';
import { compileFilter, parseFilter } from '../../../../../shared/mqtt/topic-filter.ts';
import type { RecordChange } from '../../../../ports/records.ts';
import type { PersistenceLimits } from '../../config.ts';
import { propertyBytes, readProperties, storedProperties } from '../../mqtt5/message-properties.ts';
import type { PublishPacket } from '../../packet.ts';
import type { Mirror } from '../mirror.ts';

/** The owner of what the gateway itself says. No configured user can have this name. */
export const ownUser = 'the gateway';

/** A message that was passed on, but not retained. */
export type RetainedRefused = (refused: { user: string; topic: string; limit: string }) => void;

/**
 * The last retained message of each topic. It counts for the user who sent it. Beyond the user's share of the limits, a
 * message is forwarded but not retained, and the one before it stays. What the gateway itself says is bounded by whoever
 * says it, and takes nothing from the users.
 */
export class Retained {
  refused = 0;
  private readonly byTopic = new Map<string, PublishPacket>();
  private readonly counts: Quotas;
  private readonly sizes: Quotas;
  private readonly disk: Pick<Mirror, 'write' | 'writeLater'>;
  private readonly onRefused: RetainedRefused | undefined;
  private readonly nowMs: () => number;

  /** @param nowMs ms since 1970, for messages that expire */
  constructor(
    disk: Pick<Mirror, 'write' | 'writeLater'>,
    limits: PersistenceLimits,
    onRefused?: RetainedRefused,
    nowMs: () => number = () => 0,
  ) {
    this.nowMs = nowMs;
    this.disk = disk;
    this.onRefused = onRefused;
    this.counts = new Quotas(limits.retainedMessagesMax);
    this.sizes = new Quotas(limits.retainedBytesMax);
  }

  /** How many users have; those of the gateway itself are not counted. */
  get count(): number {
    return this.counts.total;
  }

  get bytes(): number {
    return this.sizes.total;
  }

  load(key: string, { head, body }: DecodedRecord): boolean {
    const { qos, user, areReadings } = head;
    if (!key.startsWith('r!') || (qos !== 0 && qos !== 1 && qos !== 2)) return false;
    const about = {
      ...(typeof user === 'string' && { user }),
      ...(areReadings === true && { areReadings }),
      ...readProperties(head),
    };
    this.put({ cmd: 'publish', topic: key.slice(2), payload: body, qos, retain: true, ...about });
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const packet of this.byTopic.values()) yield [`r!${packet.topic}`, recordOf(packet)];
  }

  /** An empty payload removes the topic's message [MQTT-3.3.1-10]. Resolves when written; with `sync`, when synced. */
  async store(packet: PublishPacket, sync: boolean): Promise<void> {
    const { topic } = packet;
    const key = `r!${topic}`;
    if (packet.payload.length === 0) {
      if (this.remove(topic)) await this.disk.write([{ key, value: null }], sync);
      return;
    }
    const limit = this.limitOf(packet);
    if (limit !== null) {
      this.refused += 1;
      this.onRefused?.({ user: ownerOf(packet), topic, limit });
      return;
    }
    const payload = Buffer.from(packet.payload); // copied, as the original is part of a larger chunk
    const kept = { ...packet, payload, retain: true };
    this.put(kept);
    await this.disk.write([{ key, value: recordOf(kept) }], sync);
  }

  /** The texts of the gateway's own messages, by topic; null where the message is somebody else's. */
  *siteTexts(): Generator<[string, string | null]> {
    for (const [topic, packet] of this.byTopic)
      if (isSiteTopic(topic)) yield [topic, packet.user === ownUser ? packet.payload.toString() : null];
  }

  topics(): string[] {
    return [...this.byTopic.keys()];
  }

  /** Removes messages of topics; written when resolved. Returns how many there were. */
  async removeAll(topics: readonly string[]): Promise<number> {
    const removed = topics.filter((topic) => this.remove(topic));
    await this.disk.write(removed.map(removalOf), false);
    return removed.length;
  }

  /** Returns the message of a topic. */
  of(topic: string): PublishPacket | undefined {
    return this.byTopic.get(topic);
  }

  *matching(filters: string[]): Generator<PublishPacket> {
    const seen = new Set<string>();
    const nowMs = this.nowMs();
    for (const text of filters) {
      const filter = parseFilter(text);
      if (!filter) continue;
      const exact = filter.rest || filter.levels.includes(null) ? null : this.byTopic.get(text);
      if (exact === undefined) continue;
      const matches = compileFilter(filter);
      for (const [topic, packet] of exact ? [[text, exact] as const] : this.byTopic) {
        if (seen.has(topic) || !matches(topic)) continue;
        seen.add(topic);
        if ((packet.messageExpiry ?? Number.POSITIVE_INFINITY) > nowMs) yield packet;
        else if (this.remove(topic)) this.disk.writeLater([removalOf(topic)]);
      }
    }
  }

  /** The limit that keeps the message from being retained, if there is one. */
  private limitOf(packet: PublishPacket): string | null {
    const user = ownerOf(packet);
    if (user === ownUser) return null;
    const bytes = sizeOf(packet);
    const before = this.byTopic.get(packet.topic);
    const isOwn = before !== undefined && ownerOf(before) === user;
    if (before) this.discount(before);
    const isCountFull = !isOwn && !this.counts.admits(user);
    const isSpaceFull = !(isOwn && bytes <= sizeOf(before)) && !this.sizes.admits(user, bytes);
    if (before) this.charge(before);
    if (isCountFull) return 'retainedMessagesMax';
    return isSpaceFull ? 'retainedBytesMax' : null;
  }

  private charge(packet: PublishPacket): void {
    if (packet.user === ownUser) return;
    this.counts.add(ownerOf(packet));
    this.sizes.add(ownerOf(packet), sizeOf(packet));
  }

  private discount(packet: PublishPacket): void {
    if (packet.user === ownUser) return;
    this.counts.remove(ownerOf(packet));
    this.sizes.remove(ownerOf(packet), sizeOf(packet));
  }

  private put(packet: PublishPacket): void {
    this.remove(packet.topic);
    this.byTopic.set(packet.topic, packet);
    this.charge(packet);
  }

  private remove(topic: string): boolean {
    const before = this.byTopic.get(topic);
    if (!before) return false;
    this.discount(before);
    return this.byTopic.delete(topic);
  }
}

function removalOf(topic: string): RecordChange {
  return { key: `r!${topic}`, value: null };
}

function recordOf(packet: PublishPacket): Buffer {
  const { qos, user, payload, areReadings } = packet;
  const head = { qos, ...(user !== undefined && { user }), ...(areReadings === true && { areReadings }) };
  return encodeRecord({ ...head, ...storedProperties(packet) }, payload);
}

/** Empty for the broker's own messages, and for those that an earlier version kept. */
function ownerOf({ user = '' }: PublishPacket): string {
  return user;
}

function sizeOf(packet: PublishPacket): number {
  return packet.topic.length + packet.payload.length + propertyBytes(packet);
}
