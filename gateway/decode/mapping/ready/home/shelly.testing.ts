/**
 * Messages of Shelly, and what is stored of each. The lists of topics of gen 1 are those of its API documentation, as programs
 * for these devices quote them.
 */
import type { Documented } from '../documented.testing.ts';

const gen1 = (from: string, topic: string, payload: unknown, means: object[]): Documented => ({
  ...{ mapping: 'shelly-gen1', from: `Shelly, gen 1 API: ${from}`, topic: `shellies/${topic}` },
  ...{ payload, means },
});
const em = 'shellyem3-ABC';

const ofGen1: Documented[] = [
  gen1('Shelly 3EM, MQTT', `${em}/emeter/1/power`, '230.15', [
    { machine: em, values: { phase_1_power: 230.15 } },
  ]),
  gen1('Shelly 3EM, MQTT', `${em}/emeter/1/pf`, '0.98', [{ machine: em, values: { phase_1_pf: 0.98 } }]),
  gen1('Shelly 3EM, MQTT: energy in Watt-minute', `${em}/emeter/0/energy`, '6000', [
    { machine: em, values: { phase_0_energy: 0.1 } },
  ]),
  gen1('Shelly 3EM, MQTT: total in Wh', `${em}/emeter/0/total`, '7915525.3', [
    { machine: em, values: { phase_0_total: 7915.5253 } },
  ]),
  gen1('Shelly1/1PM, MQTT', 'shelly1pm-ABC/relay/0/energy', '60000', [
    { machine: 'shelly1pm-ABC', values: { energy_0: 1 } },
  ]),
  gen1('Shelly1/1PM, MQTT', 'shelly1pm-ABC/relay/0', 'overpower', [
    { machine: 'shelly1pm-ABC', values: { relay_0: 'overpower' } },
  ]),
  gen1('Shelly2.5, MQTT', 'shellyswitch25-ABC/temperature_status', 'Very High', [
    { machine: 'shellyswitch25-ABC', values: { temperature_status: 'Very High' } },
  ]),
  gen1('Shelly2.5, MQTT', 'shellyswitch25-ABC/roller/0', 'stop', [
    { machine: 'shellyswitch25-ABC', values: { roller_0: 'stop' } },
  ]),
  gen1('Shelly2.5, MQTT: energy in Watt-minute', 'shellyswitch25-ABC/roller/0/energy', '600', [
    { machine: 'shellyswitch25-ABC', values: { roller_0_energy: 0.01 } },
  ]),
  gen1('Shelly Dimmer/SL, MQTT', 'shellydimmer-ABC/light/0/energy', '600', [
    { machine: 'shellydimmer-ABC', values: { light_0_energy: 0.01 } },
  ]),
  gen1('Shelly Dimmer/SL, MQTT', 'shellydimmer-ABC/light/0', 'on', [
    { machine: 'shellydimmer-ABC', values: { light_0: 1 } },
  ]),
  gen1('Shelly H&T, MQTT', 'shellyht-ABC/sensor/temperature', '20.88', [
    { machine: 'shellyht-ABC', values: { temperature: 20.88 } },
  ]),
  gen1('MQTT Support', 'shelly1pm-ABC/online', 'true', [{ machine: 'shelly1pm-ABC', online: true }]),
  gen1('MQTT Support', 'shelly1pm-ABC/announce', { id: 'shelly1pm-ABC' }, []),
];

const gen2 = (from: string, topic: string, payload: unknown, means: object[]): Documented => ({
  ...{ mapping: 'shelly-gen2', from: `Shelly, gen 2 API: ${from}`, topic, payload, means },
});
const ofSwitch = {
  ...{ id: 0, source: 'init', output: true, apower: 8.9, voltage: 237.5, current: 0.04, pf: 0.9 },
  aenergy: { total: 6532, by_minute: [45, 47, 88], minute_ts: 1_626_935_779 },
  temperature: { tC: 23.5, tF: 74.4 },
};
const ofHT = {
  ts: 1_680_962_879.62,
  ...{ ble: {}, cloud: { connected: false }, ht_ui: {}, mqtt: { connected: true } },
  'devicepower:0': { id: 0, battery: { V: 5.32, percent: 72 }, external: { present: false } },
  'humidity:0': { id: 0, rh: 42.2 },
  'temperature:0': { id: 0, tC: 19.8, tF: 67.6 },
  sys: { mac: 'B8D61A8B17CC', uptime: 3, wakeup_period: 600 },
  wifi: { status: 'got ip', rssi: -56 },
};

const ofGen2: Documented[] = [
  gen2(
    'MQTT, Status updates; Switch, Status (fields from memory)',
    'shellyplus1pm-a8032ab0/status/switch:0',
    ofSwitch,
    [
      {
        machine: 'shellyplus1pm-a8032ab0',
        values: {
          ...{ switch_0_output: true, switch_0_power: 8.9, switch_0_voltage: 237.5, switch_0_current: 0.04 },
          ...{ switch_0_power_factor: 0.9, switch_0_energy: 6.532, switch_0_device_temperature: 23.5 },
        },
      },
    ],
  ),
  gen2(
    'Notifications, NotifyStatus, example 1',
    'shellypro4pm-f008d1d8b8b8/events/rpc',
    {
      ...{ src: 'shellypro4pm-f008d1d8b8b8', dst: 'user_1', method: 'NotifyStatus' },
      params: { ts: 1_631_186_545.04, 'switch:0': { id: 0, output: true, source: 'button' } },
    },
    [
      {
        ...{ machine: 'shellypro4pm-f008d1d8b8b8', time: '2021-09-09T11:22:25.040Z' },
        values: { switch_0_output: true },
      },
    ],
  ),
  gen2(
    'Notifications, NotifyStatus, example 2',
    'shellypro4pm-f008d1d8b8b8/events/rpc',
    { method: 'NotifyStatus', params: { ts: 1_624_348_482.25, cloud: { connected: false } } },
    [],
  ),
  gen2(
    'NotifyFullStatus, as a Plus H&T sends it',
    'shellyplusht-b8d61a8b17cc/events/rpc',
    { src: 'shellyplusht-b8d61a8b17cc', dst: 'x/events', method: 'NotifyFullStatus', params: ofHT },
    [
      {
        ...{ machine: 'shellyplusht-b8d61a8b17cc', time: '2023-04-08T14:07:59.620Z' },
        values: {
          ...{ devicepower_0_battery_voltage: 5.32, devicepower_0_battery: 72 },
          ...{ devicepower_0_external_power: false, humidity_0_humidity: 42.2 },
          temperature_0_temperature: 19.8,
        },
      },
    ],
  ),
  gen2(
    'Notifications, NotifyEvent',
    'x/events/rpc',
    { method: 'NotifyEvent', params: { ts: 1, events: [] } },
    [],
  ),
  gen2(
    'EM, Status (fields as other programs read them)',
    'shellypro3em-x/status/em:0',
    {
      ...{ id: 0, a_current: 4.0, a_voltage: 236.1, a_act_power: 951.2, a_pf: 1, total_act_power: 2484.5 },
      n_current: null,
    },
    [
      {
        machine: 'shellypro3em-x',
        values: {
          ...{ em_0_a_current: 4, em_0_a_voltage: 236.1, em_0_a_power: 951.2, em_0_a_power_factor: 1 },
          em_0_total_power: 2484.5,
        },
      },
    ],
  ),
  gen2(
    'EMData, Status (fields as other programs read them)',
    'shellypro3em-x/status/emdata:0',
    { id: 0, a_total_act_energy: 1250, a_total_act_ret_energy: 10, total_act: 3500, total_act_ret: 20 },
    [
      {
        machine: 'shellypro3em-x',
        values: {
          ...{ emdata_0_a_energy: 1.25, emdata_0_a_returned_energy: 0.01, emdata_0_energy: 3.5 },
          emdata_0_returned_energy: 0.02,
        },
      },
    ],
  ),
  gen2(
    'EM1, Status (fields as other programs read them)',
    'shellyproem-x/status/em1:0',
    { id: 0, voltage: 230, current: 1.5, act_power: 300, aprt_power: 345, pf: 0.87, freq: 50 },
    [
      {
        machine: 'shellyproem-x',
        values: {
          ...{ em1_0_voltage: 230, em1_0_current: 1.5, em1_0_power: 300, em1_0_apparent_power: 345 },
          ...{ em1_0_power_factor: 0.87, em1_0_frequency: 50 },
        },
      },
    ],
  ),
  gen2(
    'EM1Data, Status (fields as other programs read them)',
    'shellyproem-x/status/em1data:0',
    { id: 0, total_act_energy: 2500, total_act_ret_energy: 500 },
    [{ machine: 'shellyproem-x', values: { em1data_0_energy: 2.5, em1data_0_returned_energy: 0.5 } }],
  ),
];

export const ofShelly = [...ofGen1, ...ofGen2];
