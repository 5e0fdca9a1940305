import { expect, it } from 'vitest';
import { storedTopics } from './check.ts';

const byDefault = ['telemetry/#', 'lifecycle/#'];

it('the broker stores what routes take beyond its own filters, once each', () => {
  const topics = ['tele/+/SENSOR', '+/+/+/+', 'telemetry/+/+', 'tele/+/SENSOR'];
  expect(storedTopics(byDefault, topics)).toEqual([...byDefault, 'tele/+/SENSOR', '+/+/+/+']);
});

it('without routes the broker stores what its own filters say', () => {
  expect(storedTopics(byDefault, [])).toEqual(byDefault);
});
