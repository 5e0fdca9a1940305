import { expect, it } from 'vitest';
import { storedTopics } from './check.ts';

const byDefault = ['telemetry/#', 'lifecycle/#'];

it('the broker stores the topics of routes beyond its own filters, without duplicates', () => {
  const topics = ['tele/+/SENSOR', '+/+/+/+', 'telemetry/+/+', 'tele/+/SENSOR'];
  expect(storedTopics(byDefault, topics)).toEqual([...byDefault, 'tele/+/SENSOR', '+/+/+/+']);
});

it('without routes the broker stores the topics of its own filters', () => {
  expect(storedTopics(byDefault, [])).toEqual(byDefault);
});
