import { type DecodedRecord, encodeRecord } from '../../../../shared/files/json-record.ts';
import { compileFilter, parseFilter } from '../../../../shared/mqtt/topic-filter.ts';
import type { PersistenceLimits } from '../config.ts';
import type { PublishPacket } from '../packet.ts';
import type { Mirror } from './mirror.ts';

/** The last retained message of each topic. At the limits, a message on a new topic is forwarded but not retained. */
export class Retained {
  refused = 0;
  bytes = 0;
  private readonly byTopic = new Map<string, PublishPacket>();
  private readonly write: Mirror['write'];
  private readonly limits: PersistenceLimits;

  constructor(write: Mirror['write'], limits: PersistenceLimits) {
    this.write = write;
    this.limits = limits;
  }

  get count(): number {
    return this.byTopic.size;
  }

  load(key: string, { head, body }: DecodedRecord): boolean {
    const { qos } = head;
    if (!key.startsWith('r!') || (qos !== 0 && qos !== 1 && qos !== 2)) return false;
    this.put({ cmd: 'publish', topic: key.slice(2), payload: body, qos, retain: true });
    return true;
  }

  *records(): Generator<[string, Buffer]> {
    for (const { topic, qos, payload } of this.byTopic.values())
      yield [`r!${topic}`, encodeRecord({ qos }, payload)];
  }

  /** An empty payload removes the topic's message [MQTT-3.3.1-10]. Resolves when written; with `sync`, when synced. */
  async store(packet: PublishPacket, sync: boolean): Promise<void> {
    const { topic, qos } = packet;
    const key = `r!${topic}`;
    if (packet.payload.length === 0) {
      if (this.remove(topic)) await this.write([{ key, value: null }], sync);
      return;
    }
    if (!this.hasRoomFor(packet)) {
      this.refused += 1;
      return;
    }
    const payload = Buffer.from(packet.payload); // copied, as the original is part of a larger chunk
    this.put({ ...packet, payload, retain: true });
    await this.write([{ key, value: encodeRecord({ qos }, payload) }], sync);
  }

  *matching(filters: string[]): Generator<PublishPacket> {
    const seen = new Set<string>();
    for (const text of filters) {
      const filter = parseFilter(text);
      if (!filter) continue;
      const exact = filter.rest || filter.levels.includes(null) ? null : this.byTopic.get(text);
      if (exact === undefined) continue;
      const matches = compileFilter(filter);
      for (const [topic, packet] of exact ? [[text, exact] as const] : this.byTopic) {
        if (seen.has(topic) || !matches(topic)) continue;
        seen.add(topic);
        yield packet;
      }
    }
  }

  private hasRoomFor(packet: PublishPacket): boolean {
    const before = this.byTopic.get(packet.topic);
    const bytes = this.bytes - (before ? sizeOf(before) : 0) + sizeOf(packet);
    const count = this.count + (before ? 0 : 1);
    return count <= this.limits.retainedMessagesMax && bytes <= this.limits.retainedBytesMax;
  }

  private put(packet: PublishPacket): void {
    this.remove(packet.topic);
    this.byTopic.set(packet.topic, packet);
    this.bytes += sizeOf(packet);
  }

  private remove(topic: string): boolean {
    const before = this.byTopic.get(topic);
    if (!before) return false;
    this.bytes -= sizeOf(before);
    return this.byTopic.delete(topic);
  }
}

function sizeOf(packet: PublishPacket): number {
  return packet.topic.length + packet.payload.length;
}
