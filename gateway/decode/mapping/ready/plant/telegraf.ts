/**
 * Mappings of plants, their radio networks and meters (gateway/decode/mapping/ready/plant). Each is data alone, without code
 * that a message runs; messages as their makers document them are in documented.testing.ts. Those of buildings are in ../home.
 */
import type { Mapping } from '../../schema.ts';

const item = {
  machine: '{.tags.host}',
  time: { path: 'timestamp' },
  leave: ['name', 'tags'],
  fields: [{ path: 'fields.{field}', sensor: '{.name}{.tags.* -host}_{field}' }],
} as const;
const message = { ...item, leave: [...item.leave], fields: [...item.fields] };

/**
 * https://docs.influxdata.com/telegraf/v1/data_formats/output/json/: one metric, or several under `metrics`. The MQTT output
 * has both on the same topics (https://docs.influxdata.com/telegraf/v1/output-plugins/mqtt/, layout).
 */
export const telegraf: Mapping = {
  about:
    'Telegraf’s JSON: a machine is a host, a sensor is a measurement with the values of its other tags, and a field.',
  topics: ['telegraf/#'],
  rest: 'leave',
  messages: [{ has: 'metrics', each: 'metrics.*', ...message }, message],
};
