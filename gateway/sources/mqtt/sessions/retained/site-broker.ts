import type { SiteBroker } from '../../../../ports/source.ts';
import type { PublishPacket } from '../../packet.ts';
import { ownUser, type Retained } from './retained.ts';

interface Kept {
  retained: Retained;
  queueForSessions(packet: PublishPacket, from: string): Promise<void> | null;
}

/** Messages of the gateway itself at its broker. They are nobody's readings, whatever telemetryFilters say. */
export function siteBroker(kept: Kept, publish: (packet: PublishPacket) => Promise<void>): SiteBroker {
  const { retained } = kept;
  return {
    kept: () => retained.siteTexts(),
    async publish(topic, payload) {
      const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 1, dup: false };
      await retained.store({ ...packet, retain: true, user: ownUser }, false);
      await kept.queueForSessions(packet, '');
      await publish(packet);
    },
  };
}
