import type { TestBroker } from '../../test/load/test-broker.ts';

/** The readings that arrived, by topic, without repeats. */
export function readingsAt(broker: TestBroker): Map<string, Record<string, unknown>[]> {
  const byTopic = new Map<string, Map<string, Record<string, unknown>>>();
  for (const { topic, payload } of broker.received) {
    const { id, ...rest } = JSON.parse(payload) as Record<string, unknown>;
    const known = byTopic.get(topic) ?? new Map<string, Record<string, unknown>>();
    if (!known.has(String(id))) known.set(String(id), rest);
    byTopic.set(topic, known);
  }
  return new Map([...byTopic].map(([topic, ids]) => [topic, [...ids.values()]]));
}
