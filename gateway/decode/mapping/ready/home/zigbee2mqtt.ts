import type { FieldMapping, Mapping, MessageMapping } from '../../schema.ts';

const states = { ON: 1, OFF: 0, OPEN: 'OPEN', CLOSE: 'CLOSE', STOP: 'STOP', LOCK: 'LOCK', UNLOCK: 'UNLOCK' };
const device: MessageMapping = {
  rest: 'take',
  time: { path: 'last_seen' },
  leave: ['update', 'update_available', 'device', 'color', 'color_options', 'elapsed'],
};
const fields: FieldMapping[] = [
  { path: 'state', states },
  // A device with several endpoints has a state of each.
  { path: 'state_{endpoint}', states },
  { path: 'fan_state', states },
  { path: 'voltage', sensor: 'voltage' },
];

/** Friendly names may have levels: kitchen/floor_light. Below one, a plain value is an attribute. */
interface Name {
  levels: string;
  machine: string;
  attribute: FieldMapping[];
}
const names: readonly Name[] = [
  { levels: '{machine}', machine: '{machine}', attribute: [] },
  {
    levels: '{room}/{name}',
    machine: '{room}/{name}',
    attribute: [{ path: '.', machine: '{room}', sensor: '{name}' }],
  },
  {
    levels: '{floor}/{room}/{name}',
    machine: '{floor}/{room}/{name}',
    attribute: [{ path: '.', machine: '{floor}/{room}', sensor: '{name}' }],
  },
];
const each = (made: (name: Name) => MessageMapping[]) => names.flatMap(made);

/**
 * https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html: a topic by friendly name, its availability below it.
 * With the output of attributes, each has a topic of its own below the name.
 */
export const zigbee2mqtt: Mapping = {
  about: 'Zigbee2MQTT: devices by their friendly names.',
  topics: ['zigbee2mqtt/#'],
  messages: [
    { topic: '#/zigbee2mqtt/bridge/#', skip: true },
    ...each(({ levels, machine }) => [
      { topic: `#/zigbee2mqtt/${levels}/availability`, machine, availability: true },
      { topic: `#/zigbee2mqtt/${levels}/set/#`, skip: true },
      { topic: `#/zigbee2mqtt/${levels}/get/#`, skip: true },
    ]),
    ...each(({ levels, machine, attribute }) => [
      { topic: `#/zigbee2mqtt/${levels}/state`, machine, fields: [{ path: '.', sensor: 'state', states }] },
      { topic: `#/zigbee2mqtt/${levels}`, machine, ...device, fields: [...fields, ...attribute] },
    ]),
  ],
};
