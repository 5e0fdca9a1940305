/** Messages as makers document them, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';
import { ofShelly } from './shelly.testing.ts';
import { ofTasmota } from './tasmota.testing.ts';

const topics = 'Zigbee2MQTT, MQTT Topics and Messages';
const ofZigbee: Omit<Documented, 'mapping'>[] = [
  {
    from: `${topics}: FRIENDLY_NAME, with fields of Exposes and of All settings (last_seen)`,
    topic: 'zigbee2mqtt/living room',
    payload: {
      ...{
        temperature: 27.34,
        humidity: 44.72,
        battery: 97,
        linkquality: 120,
        state: 'ON',
        occupancy: false,
      },
      ...{ last_seen: '2023-02-01T10:00:00.000Z', update: { state: 'idle', installed_version: 1 } },
    },
    means: [
      {
        ...{ machine: 'living_room', time: '2023-02-01T10:00:00.000Z' },
        values: {
          ...{ temperature: 27.34, humidity: 44.72, battery: 97, linkquality: 120, occupancy: false },
          state: 1,
        },
      },
    ],
  },
  {
    from: `${topics}: FRIENDLY_NAME, IKEA TRADFRI LED bulb, and the tip on names with levels`,
    topic: 'zigbee2mqtt/kitchen/floor_light',
    payload: { state: 'ON', brightness: 215, color_temp: 325 },
    means: [{ machine: 'kitchen_floor_light', values: { state: 1, brightness: 215, color_temp: 325 } }],
  },
  {
    from: 'Zigbee2MQTT, its own tests: output of attributes',
    topic: 'zigbee2mqtt/bulb/brightness',
    payload: '200',
    means: [{ machine: 'bulb', values: { brightness: 200 } }],
  },
  {
    from: 'Zigbee2MQTT, its own tests: output of attributes',
    topic: 'zigbee2mqtt/bulb/state',
    payload: 'ON',
    means: [{ machine: 'bulb', values: { state: 1 } }],
  },
  {
    from: 'Zigbee2MQTT, Exposes: property of an endpoint; Fan',
    topic: 'zigbee2mqtt/wall',
    payload: { state_left: 'ON', state_right: 'OFF', fan_state: 'ON', fan_mode: 'auto' },
    means: [{ machine: 'wall', values: { state_left: 1, state_right: 0, fan_state: 1, fan_mode: 'auto' } }],
  },
  {
    from: `${topics}: FRIENDLY_NAME/set, without JSON`,
    topic: 'zigbee2mqtt/lamp/set/state',
    payload: 'ON',
    means: [],
  },
  {
    from: 'Zigbee2MQTT, Device availability: JSON',
    topic: 'zigbee2mqtt/lamp/availability',
    payload: { state: 'offline' },
    means: [{ machine: 'lamp', online: false }],
  },
  {
    from: 'Zigbee2MQTT, Device availability: legacy mode',
    topic: 'zigbee2mqtt/kitchen/floor_light/availability',
    payload: 'online',
    means: [{ machine: 'kitchen_floor_light', online: true }],
  },
  {
    from: `${topics}: bridge/state`,
    topic: 'zigbee2mqtt/bridge/state',
    payload: { state: 'online' },
    means: [],
  },
];

const mqttClient = 'ESPHome, MQTT Client Component';
const ofEsphome: Omit<Documented, 'mapping'>[] = [
  {
    from: `${mqttClient}: state_topic`,
    topic: 'livingroom/sensor/livingroom_temperature/state',
    payload: '23.4',
    means: [{ machine: 'livingroom', values: { livingroom_temperature: 23.4 } }],
  },
  {
    from: `${mqttClient}: topic_prefix`,
    topic: 'home/living_room/sensor/dust/state',
    payload: 'nan',
    means: [],
  },
  {
    from: `${mqttClient}: state_topic`,
    topic: 'livingroom/binary_sensor/door/state',
    payload: 'ON',
    means: [{ machine: 'livingroom', values: { door: 1 } }],
  },
  {
    from: `${mqttClient}: Last Will And Birth Messages`,
    topic: 'livingroom/status',
    payload: 'online',
    means: [{ machine: 'livingroom', online: true }],
  },
];

const statestream = 'Home Assistant, MQTT Statestream: Operation';
const ofHomeAssistant: Omit<Documented, 'mapping'>[] = [
  {
    from: statestream,
    topic: 'homeassistant/light/master_bedroom_dimmer/state',
    payload: 'on',
    means: [{ machine: 'of the route', values: { master_bedroom_dimmer: 1 } }],
  },
  {
    from: `${statestream}, a text in quotes`,
    topic: 'homeassistant/light/master_bedroom_dimmer/state',
    payload: '"off"',
    means: [{ machine: 'of the route', values: { master_bedroom_dimmer: 0 } }],
  },
  {
    from: `${statestream}, an attribute`,
    topic: 'homeassistant/light/master_bedroom_dimmer/brightness',
    payload: '180',
    means: [{ machine: 'of the route', values: { master_bedroom_dimmer_brightness: 180 } }],
  },
  {
    from: `${statestream}, times`,
    topic: 'homeassistant/light/master_bedroom_dimmer/last_updated',
    payload: '2017-10-01T23:20:30.920969+00:00',
    means: [],
  },
  {
    from: statestream,
    topic: 'homeassistant/sensor/attic_temperature/state',
    payload: '18.5',
    means: [{ machine: 'of the route', values: { attic_temperature: 18.5 } }],
  },
  {
    from: statestream,
    topic: 'homeassistant/sensor/attic_temperature/state',
    payload: 'unavailable',
    means: [],
  },
  {
    from: statestream,
    topic: 'homeassistant/binary_sensor/door/state',
    payload: 'off',
    means: [{ machine: 'of the route', values: { door: 0 } }],
  },
  {
    from: `${statestream}, an attribute that is left out`,
    topic: 'homeassistant/sensor/attic_temperature/unit_of_measurement',
    payload: '"°C"',
    means: [],
  },
];

const ofMapping = (mapping: string, messages: Omit<Documented, 'mapping'>[]): Documented[] =>
  messages.map((message) => ({ mapping, ...message }));

export const documentedAtHome = [
  ...ofTasmota,
  ...ofMapping('zigbee2mqtt', ofZigbee),
  ...ofShelly,
  ...ofMapping('esphome', ofEsphome),
  ...ofMapping('home-assistant', ofHomeAssistant),
];
