import type { Lane } from '../../shared/contract/lanes.ts';
import { downlinkPrefix, parseUplinkTopic } from '../../shared/contract/topics.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** The parts of a PUBLISH packet that rights depend on. */
export interface PublishFacts {
  topic: string;
  qos: number;
  retain: boolean;
}

/** The lane a gateway publishes to. @throws HarbingerError PUBLISH_REFUSED if it has no right to */
export function publishLane(gateway: string, { topic, qos, retain }: PublishFacts): Lane {
  const refuse = (why: string) =>
    new HarbingerError(
      'PUBLISH_REFUSED',
      'ingest',
      `gateway '${gateway}' published to '${topic.slice(0, 200)}': ${why}`,
    );
  const target = parseUplinkTopic(topic);
  if (!target) throw refuse('not an uplink topic');
  if (target.gateway !== gateway) throw refuse('another gateway’s topic');
  if (qos !== 1) throw refuse(`QoS ${qos}, but batches are sent at QoS 1`);
  if (retain) throw refuse('batches are not retained');
  return target.lane;
}

/** CONNACK of MQTT 5 with the reason "unsupported protocol version". */
const versionRefused = Buffer.from([0x20, 3, 0, 0x84, 0]);

/** Why a gateway may not connect like this; null if it may. Gateways speak 3.1.1, and a client of MQTT 5 is told so. */
export function connectRefusal(
  conn: { write(bytes: Buffer): unknown },
  { will, protocolVersion }: { will?: unknown; protocolVersion?: number },
): Error | null {
  if (protocolVersion === 5) conn.write(versionRefused);
  if (protocolVersion === 5) return new Error('gateways speak MQTT 3.1.1, and this client speaks MQTT 5');
  return will ? new Error('gateways have no last will') : null;
}

/** A gateway may subscribe only to its own downlink topics. */
export function maySubscribe(gateway: string, filter: string): boolean {
  return filter.startsWith(downlinkPrefix(gateway));
}
