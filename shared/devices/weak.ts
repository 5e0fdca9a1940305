import { covers, parseFilter } from '../mqtt/topic-filter.ts';
import type { TopicRights } from './rights.ts';

/**
 * Rights of a user of the configuration that are hardly meant: a user may be shared by all sensors, and people may say of machines
 * that they have failed, but those who do both are more than either.
 */
export function weakUserRights(rights: TopicRights): string[] {
  const weak = weakRights(rights);
  const isForSensors = weak.some((text) => text.includes('readings of every'));
  return isForSensors && weak.length === 1
    ? []
    : weak.filter((text) => isForSensors || !text.includes('lifecycle/'));
}

/**
 * Rights that are wider than a device needs, as sentences without a subject. They are permitted: a panel or a bridge may need
 * them.
 */
export function weakRights({ publish, subscribe }: TopicRights): string[] {
  const allows = (filters: readonly string[], topic: string) =>
    filters.some((text) => {
      const [outer, inner] = [parseFilter(text, { user: 'user', client: 'client' }), parseFilter(topic)];
      return outer !== null && inner !== null && covers(outer, inner);
    });
  const weak: string[] = [];
  if (allows(publish, '#')) weak.push('may publish to every topic');
  else {
    if (allows(publish, 'telemetry/+/+')) weak.push('may send readings of every machine');
    if (allows(publish, 'lifecycle/+/+'))
      weak.push('may end the alerts of every machine (lifecycle/), and keep it from raising any');
  }
  if (allows(subscribe, '#')) weak.push('may read every topic');
  return weak;
}
