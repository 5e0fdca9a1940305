import type { FieldMapping, Mapping } from '../../schema.ts';

/** Fields of a component: on its own topic, or in a notification below its name. */
const fields = (before: string, name: string): FieldMapping[] => {
  const path = (inner: string) => `${before}${inner}`;
  return [
    { path: path('output'), sensor: `${name}_output` },
    { path: path('state'), sensor: `${name}_state` },
    { path: path('percent'), sensor: `${name}_percent`, unit: '%' },
    { path: path('current_pos'), sensor: `${name}_position`, unit: '%' },
    { path: path('brightness'), sensor: `${name}_brightness`, unit: '%' },
    { path: path('apower'), sensor: `${name}_power`, unit: 'W' },
    { path: path('voltage'), sensor: `${name}_voltage`, unit: 'V' },
    { path: path('current'), sensor: `${name}_current`, unit: 'A' },
    { path: path('pf'), sensor: `${name}_power_factor` },
    { path: path('freq'), sensor: `${name}_frequency`, unit: 'Hz' },
    { path: path('aenergy.total'), sensor: `${name}_energy`, unit: 'Wh', as: 'kWh' },
    { path: path('ret_aenergy.total'), sensor: `${name}_returned_energy`, unit: 'Wh', as: 'kWh' },
    { path: path('temperature.tC'), sensor: `${name}_device_temperature`, unit: '°C' },
    { path: path('tC'), sensor: `${name}_temperature`, unit: '°C' },
    { path: path('rh'), sensor: `${name}_humidity`, unit: '%' },
    { path: path('lux'), sensor: `${name}_illuminance`, unit: 'lx' },
    { path: path('counts.total'), sensor: `${name}_count` },
    { path: path('battery.V'), sensor: `${name}_battery_voltage`, unit: 'V' },
    { path: path('battery.percent'), sensor: `${name}_battery`, unit: '%' },
    { path: path('external.present'), sensor: `${name}_external_power` },
    { path: path('act_power'), sensor: `${name}_power`, unit: 'W' },
    { path: path('aprt_power'), sensor: `${name}_apparent_power`, unit: 'VA' },
    { path: path('total_act_energy'), sensor: `${name}_energy`, unit: 'Wh', as: 'kWh' },
    { path: path('total_act_ret_energy'), sensor: `${name}_returned_energy`, unit: 'Wh', as: 'kWh' },
    ...['a', 'b', 'c'].flatMap((phase): FieldMapping[] => [
      { path: path(`${phase}_total_act_energy`), sensor: `${name}_${phase}_energy`, unit: 'Wh', as: 'kWh' },
      {
        path: path(`${phase}_total_act_ret_energy`),
        sensor: `${name}_${phase}_returned_energy`,
        ...{ unit: 'Wh', as: 'kWh' },
      },
    ]),
    ...['a', 'b', 'c', 'total'].flatMap((phase): FieldMapping[] => [
      { path: path(`${phase}_act_power`), sensor: `${name}_${phase}_power`, unit: 'W' },
      { path: path(`${phase}_aprt_power`), sensor: `${name}_${phase}_apparent_power`, unit: 'VA' },
      { path: path(`${phase}_voltage`), sensor: `${name}_${phase}_voltage`, unit: 'V' },
      { path: path(`${phase}_current`), sensor: `${name}_${phase}_current`, unit: 'A' },
      { path: path(`${phase}_pf`), sensor: `${name}_${phase}_power_factor` },
      { path: path(`${phase}_freq`), sensor: `${name}_${phase}_frequency`, unit: 'Hz' },
    ]),
    { path: path('total_act'), sensor: `${name}_energy`, unit: 'Wh', as: 'kWh' },
    { path: path('total_act_ret'), sensor: `${name}_returned_energy`, unit: 'Wh', as: 'kWh' },
  ];
};

/** Components of the device itself. */
const ofDevice = ['sys', 'wifi', 'eth', 'mqtt', 'cloud', 'ble', 'ws', 'ht_ui', 'ui'];
const left = [
  ...['id', 'source', 'aenergy', 'ret_aenergy', 'temperature.tF', 'tF', 'counts', 'errors', 'n_current'],
  'user_calibrated_phase',
];

/**
 * https://shelly-api-docs.shelly.cloud/gen2/: status of a component on its topic (MQTT), and notifications of what has changed
 * (Notifications); devices with a battery notify of their full status alone.
 */
export const shellyGen2: Mapping = {
  about: 'Shelly of the second generation and later (Plus, Pro, Gen3).',
  topics: ['+/status/#', '+/events/rpc', '+/online'],
  rest: 'leave',
  messages: [
    { topic: '#/{machine}/online', availability: true },
    ...ofDevice.map((name) => ({ topic: `#/{machine}/status/${name}`, skip: true })),
    { topic: '#/{machine}/status/{component}', leave: left, fields: fields('', '{component}') },
    ...['NotifyStatus', 'NotifyFullStatus'].map((method) => ({
      topic: '#/{machine}/events/rpc',
      where: { method },
      time: { path: 'params.ts', format: 's' },
      leave: [
        ...['src', 'dst', 'method'],
        ...ofDevice.map((name) => `params.${name}`),
        ...left.map((name) => `params.*.${name}`),
      ],
      fields: fields('params.{component}.', '{component}'),
    })),
    { topic: '#/{machine}/events/rpc', skip: true },
  ],
};
