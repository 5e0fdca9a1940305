import type { Mapping } from '../../schema.ts';

/** https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html: a topic by friendly name, its availability below it. */
export const zigbee2mqtt: Mapping = {
  about: 'Zigbee2MQTT: devices by their friendly names.',
  topics: ['zigbee2mqtt/#'],
  messages: [
    { topic: '#/zigbee2mqtt/bridge/#', skip: true },
    { topic: '#/zigbee2mqtt/{machine}/availability', availability: true },
    { topic: '#/zigbee2mqtt/{machine}/set', skip: true },
    { topic: '#/zigbee2mqtt/{machine}/get', skip: true },
    {
      topic: '#/zigbee2mqtt/{machine}',
      rest: 'take',
      time: { path: 'last_seen' },
      leave: ['update', 'update_available', 'device', 'color', 'color_options', 'elapsed'],
      fields: [
        {
          path: 'state',
          states: {
            ON: 1,
            OFF: 0,
            OPEN: 'OPEN',
            CLOSE: 'CLOSE',
            STOP: 'STOP',
            LOCK: 'LOCK',
            UNLOCK: 'UNLOCK',
          },
        },
        { path: 'voltage', sensor: 'voltage' },
      ],
    },
  ],
};
