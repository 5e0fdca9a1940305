/** Messages as makers document them, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';

const tasmota: Documented[] = [
  {
    mapping: 'tasmota',
    topic: 'tele/kitchen/SENSOR',
    payload: {
      Time: '2021-01-01T12:00:00Z',
      DS18B20: { Id: '01131B123456', Temperature: 20.6 },
      AM2301: { Temperature: 68, Humidity: 40.2, DewPoint: 41 },
      TempUnit: 'F',
    },
    means: [
      {
        ...{ machine: 'kitchen', time: '2021-01-01T12:00:00.000Z' },
        values: {
          DS18B20_temperature: -6.33333333333,
          AM2301_temperature: 20,
          AM2301_humidity: 40.2,
          AM2301_dew_point: 5,
        },
      },
    ],
  },
  {
    mapping: 'tasmota',
    topic: 'tele/plug/SENSOR',
    payload: {
      Time: '2021-01-01T12:00:00Z',
      ENERGY: {
        ...{
          TotalStartTime: '2020-01-01T00:00:00',
          Total: 12.5,
          Yesterday: 0.4,
          Today: 0.1,
          Period: 2,
          Power: 120,
        },
        ...{ ApparentPower: 130, ReactivePower: 50, Factor: 0.92, Voltage: 230, Current: 0.565 },
      },
    },
    means: [
      {
        ...{ machine: 'plug', time: '2021-01-01T12:00:00.000Z' },
        values: {
          ...{ energy_total: 12.5, energy_today: 0.1, energy_period: 2, power: 120, apparent_power: 130 },
          ...{ reactive_power: 50, power_factor: 0.92, voltage: 230, current: 0.565 },
        },
      },
    ],
  },
  {
    mapping: 'tasmota',
    topic: 'tele/plug/STATE',
    payload: {
      ...{
        Time: '2021-01-01T12:00:00Z',
        Uptime: '1T02:03:04',
        UptimeSec: 93784,
        Heap: 27,
        SleepMode: 'Dynamic',
        Sleep: 50,
      },
      ...{ LoadAvg: 19, MqttCount: 1, POWER1: 'ON', POWER2: 'OFF', Wifi: { AP: 1, RSSI: 88, Signal: -56 } },
    },
    means: [
      {
        ...{ machine: 'plug', time: '2021-01-01T12:00:00.000Z' },
        values: { uptime: 93784, relay_1: 1, relay_2: 0 },
      },
    ],
  },
  {
    mapping: 'tasmota',
    topic: 'stat/plug/POWER',
    payload: 'ON',
    means: [{ machine: 'plug', values: { relay: 1 } }],
  },
  { mapping: 'tasmota', topic: 'stat/plug/RESULT', payload: { POWER: 'ON' }, means: [] },
  {
    mapping: 'tasmota',
    topic: 'home/tele/plug/LWT',
    payload: 'Offline',
    means: [{ machine: 'plug', online: false }],
  },
];

const home: Documented[] = [
  {
    mapping: 'zigbee2mqtt',
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
          temperature: 27.34,
          humidity: 44.72,
          battery: 97,
          linkquality: 120,
          occupancy: false,
          state: 1,
        },
      },
    ],
  },
  {
    mapping: 'zigbee2mqtt',
    topic: 'zigbee2mqtt/lamp/availability',
    payload: { state: 'offline' },
    means: [{ machine: 'lamp', online: false }],
  },
  { mapping: 'zigbee2mqtt', topic: 'zigbee2mqtt/bridge/state', payload: { state: 'online' }, means: [] },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shellyem3-ABC/emeter/1/power',
    payload: '230.15',
    means: [{ machine: 'shellyem3-ABC', values: { phase_1_power: 230.15 } }],
  },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shelly1pm-ABC/relay/0/energy',
    payload: '60000',
    means: [{ machine: 'shelly1pm-ABC', values: { energy_0: 1 } }],
  },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shelly1pm-ABC/relay/0',
    payload: 'overpower',
    means: [{ machine: 'shelly1pm-ABC', values: { relay_0: 'overpower' } }],
  },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shellyht-ABC/sensor/temperature',
    payload: '20.88',
    means: [{ machine: 'shellyht-ABC', values: { temperature: 20.88 } }],
  },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shelly1pm-ABC/online',
    payload: 'true',
    means: [{ machine: 'shelly1pm-ABC', online: true }],
  },
  {
    mapping: 'shelly-gen1',
    topic: 'shellies/shelly1pm-ABC/announce',
    payload: { id: 'shelly1pm-ABC' },
    means: [],
  },
  {
    mapping: 'shelly-gen2',
    topic: 'shellyplus1pm-a8032ab0/status/switch:0',
    payload: {
      ...{ id: 0, source: 'init', output: true, apower: 8.9, voltage: 237.5, current: 0.04, pf: 0.9 },
      ...{
        aenergy: { total: 6532, by_minute: [45, 47, 88], minute_ts: 1_626_935_779 },
        temperature: { tC: 23.5, tF: 74.4 },
      },
    },
    means: [
      {
        machine: 'shellyplus1pm-a8032ab0',
        values: {
          ...{ switch_0_output: true, switch_0_power: 8.9, switch_0_voltage: 237.5, switch_0_current: 0.04 },
          ...{ switch_0_power_factor: 0.9, switch_0_energy: 6.532, switch_0_device_temperature: 23.5 },
        },
      },
    ],
  },
  {
    mapping: 'shelly-gen2',
    topic: 'shellypro4pm-f008d1d8b8b8/events/rpc',
    payload: {
      ...{
        src: 'shellypro4pm-f008d1d8b8b8',
        dst: 'shellypro4pm-f008d1d8b8b8/events',
        method: 'NotifyStatus',
      },
      params: { ts: 1_631_186_545.04, 'switch:0': { id: 0, apower: 8.9 } },
    },
    means: [
      {
        ...{ machine: 'shellypro4pm-f008d1d8b8b8', time: '2021-09-09T11:22:25.040Z' },
        values: { switch_0_power: 8.9 },
      },
    ],
  },
  {
    mapping: 'shelly-gen2',
    topic: 'x/events/rpc',
    payload: { method: 'NotifyEvent', params: { ts: 1, events: [] } },
    means: [],
  },
  {
    mapping: 'shelly-gen2',
    topic: 'shellypro3em-x/status/em:0',
    payload: {
      id: 0,
      a_current: 4.0,
      a_voltage: 236.1,
      a_act_power: 951.2,
      a_pf: 1,
      total_act_power: 2484.5,
      n_current: null,
    },
    means: [
      {
        machine: 'shellypro3em-x',
        values: {
          ...{ em_0_a_current: 4, em_0_a_voltage: 236.1, em_0_a_power: 951.2, em_0_a_power_factor: 1 },
          em_0_total_power: 2484.5,
        },
      },
    ],
  },
  {
    mapping: 'esphome',
    topic: 'livingroom/sensor/livingroom_temperature/state',
    payload: '23.4',
    means: [{ machine: 'livingroom', values: { livingroom_temperature: 23.4 } }],
  },
  { mapping: 'esphome', topic: 'livingroom/sensor/dust/state', payload: 'nan', means: [] },
  {
    mapping: 'esphome',
    topic: 'livingroom/binary_sensor/door/state',
    payload: 'ON',
    means: [{ machine: 'livingroom', values: { door: 1 } }],
  },
  {
    mapping: 'esphome',
    topic: 'livingroom/status',
    payload: 'online',
    means: [{ machine: 'livingroom', online: true }],
  },
  {
    mapping: 'home-assistant',
    topic: 'homeassistant/sensor/attic_temperature/state',
    payload: '18.5',
    means: [{ machine: 'of the route', values: { attic_temperature: 18.5 } }],
  },
  {
    mapping: 'home-assistant',
    topic: 'homeassistant/sensor/attic_temperature/state',
    payload: 'unavailable',
    means: [],
  },
  {
    mapping: 'home-assistant',
    topic: 'homeassistant/binary_sensor/door/state',
    payload: 'off',
    means: [{ machine: 'of the route', values: { door: 0 } }],
  },
  {
    mapping: 'home-assistant',
    topic: 'homeassistant/sensor/attic_temperature/unit_of_measurement',
    payload: '"°C"',
    means: [],
  },
];

export const documentedAtHome = [...tasmota, ...home];
