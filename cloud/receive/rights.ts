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

/** A gateway may subscribe only to its own downlink topics. */
export function maySubscribe(gateway: string, filter: string): boolean {
  return filter.startsWith(downlinkPrefix(gateway));
}
