import type { Mapping } from '../../schema.ts';

const none = ['unknown', 'unavailable', 'none'];
const onOff = { on: 1, off: 0 };

/** https://www.home-assistant.io/integrations/mqtt_statestream: base_topic/domain/entity/state; attributes are JSON values beside it. */
export const homeAssistant: Mapping = {
  about: 'Home Assistant’s MQTT Statestream: its entities are sensors of the machine that the route names.',
  topics: ['homeassistant/#'],
  rest: 'leave',
  messages: [
    { topic: '#/sensor/{entity}/state', fields: [{ path: '.', sensor: '{entity}', none }] },
    {
      topic: '#/binary_sensor/{entity}/state',
      fields: [{ path: '.', sensor: '{entity}', states: onOff, none }],
    },
    { topic: '#/switch/{entity}/state', fields: [{ path: '.', sensor: '{entity}', states: onOff, none }] },
    { topic: '#/light/{entity}/state', fields: [{ path: '.', sensor: '{entity}', states: onOff, none }] },
    {
      topic: '#/light/{entity}/brightness',
      fields: [{ path: '.', sensor: '{entity}_brightness', none }],
    },
    { topic: '#/fan/{entity}/state', fields: [{ path: '.', sensor: '{entity}', states: onOff, none }] },
    { topic: '#/number/{entity}/state', fields: [{ path: '.', sensor: '{entity}', none }] },
    { topic: '#/input_number/{entity}/state', fields: [{ path: '.', sensor: '{entity}', none }] },
    { topic: '#/climate/{entity}/state', fields: [{ path: '.', sensor: '{entity}', none }] },
    {
      topic: '#/climate/{entity}/current_temperature',
      fields: [{ path: '.', sensor: '{entity}_temperature', none }],
    },
    { topic: '#/climate/{entity}/temperature', fields: [{ path: '.', sensor: '{entity}_setpoint', none }] },
    { topic: '#', skip: true },
  ],
};
