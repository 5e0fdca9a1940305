import type { Mapping } from '../../schema.ts';

const none = ['nan', 'unknown', 'unavailable'];

/** https://esphome.io/components/mqtt: <topic_prefix>/<component>/<id>/state, and <topic_prefix>/status. */
export const esphome: Mapping = {
  about: 'ESPHome over MQTT.',
  topics: ['+/+/+/state', '+/status'],
  rest: 'leave',
  messages: [
    { topic: '#/{machine}/status', availability: true },
    { topic: '#/{machine}/debug', skip: true },
    { topic: '#/{machine}/sensor/{sensor}/state', fields: [{ path: '.', sensor: '{sensor}', none }] },
    { topic: '#/{machine}/text_sensor/{sensor}/state', fields: [{ path: '.', sensor: '{sensor}', none }] },
    {
      topic: '#/{machine}/binary_sensor/{sensor}/state',
      fields: [{ path: '.', sensor: '{sensor}', states: { ON: 1, OFF: 0 }, none }],
    },
    {
      topic: '#/{machine}/switch/{sensor}/state',
      fields: [{ path: '.', sensor: '{sensor}', states: { ON: 1, OFF: 0 }, none }],
    },
    { topic: '#/{machine}/number/{sensor}/state', fields: [{ path: '.', sensor: '{sensor}', none }] },
    {
      topic: '#/{machine}/light/{sensor}/state',
      leave: ['color', 'color_mode', 'effect', 'white_value'],
      fields: [
        { path: 'state', sensor: '{sensor}', states: { ON: 1, OFF: 0 } },
        { path: 'brightness', sensor: '{sensor}_brightness' },
      ],
    },
  ],
};
