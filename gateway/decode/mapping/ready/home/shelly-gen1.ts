import type { Mapping } from '../../schema.ts';

const onOff = { on: 1, off: 0, overpower: 'overpower' };

/** https://shelly-api-docs.shelly.cloud/gen1/: a plain value on a topic of its own; energy of relays in watt-minutes. */
export const shellyGen1: Mapping = {
  about: 'Shelly of the first generation.',
  topics: ['shellies/#'],
  rest: 'leave',
  messages: [
    { topic: '#/shellies/{machine}/online', availability: true },
    { topic: '#/shellies/{machine}/announce', skip: true },
    { topic: '#/shellies/{machine}/info', skip: true },
    { topic: '#/shellies/{machine}/command', skip: true },
    { topic: '#/shellies/announce', skip: true },
    { topic: '#/shellies/command', skip: true },
    { topic: '#/shellies/{machine}/temperature_f', skip: true },
    { topic: '#/shellies/{machine}/ext_temperature_f/+', skip: true },
    { topic: '#/shellies/{machine}/ext_temperatures_f', skip: true },
    {
      topic: '#/shellies/{machine}/temperature_status',
      fields: [{ path: '.', sensor: 'temperature_status' }],
    },
    { topic: '#/shellies/{machine}/overtemperature', fields: [{ path: '.', sensor: 'overtemperature' }] },
    {
      topic: '#/shellies/{machine}/temperature',
      fields: [{ path: '.', sensor: 'device_temperature', unit: '°C' }],
    },
    { topic: '#/shellies/{machine}/voltage', fields: [{ path: '.', sensor: 'voltage', unit: 'V' }] },
    {
      topic: '#/shellies/{machine}/relay/{number}',
      fields: [{ path: '.', sensor: 'relay_{number}', states: onOff }],
    },
    {
      topic: '#/shellies/{machine}/relay/{number}/power',
      fields: [{ path: '.', sensor: 'power_{number}', unit: 'W' }],
    },
    {
      topic: '#/shellies/{machine}/relay/{number}/energy',
      fields: [{ path: '.', sensor: 'energy_{number}', unit: 'Wmin', as: 'kWh' }],
    },
    { topic: '#/shellies/{machine}/relay/power', fields: [{ path: '.', sensor: 'power', unit: 'W' }] },
    {
      topic: '#/shellies/{machine}/relay/energy',
      fields: [{ path: '.', sensor: 'energy', unit: 'Wmin', as: 'kWh' }],
    },
    { topic: '#/shellies/{machine}/relay/{number}/overpower_value', skip: true },
    { topic: '#/shellies/{machine}/relay/{number}/command', skip: true },
    {
      topic: '#/shellies/{machine}/emeter/{phase}/energy',
      fields: [{ path: '.', sensor: 'phase_{phase}_energy', unit: 'Wmin', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/emeter/{phase}/returned_energy',
      fields: [{ path: '.', sensor: 'phase_{phase}_returned_energy', unit: 'Wmin', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/emeter/{phase}/total',
      fields: [{ path: '.', sensor: 'phase_{phase}_total', unit: 'Wh', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/emeter/{phase}/total_returned',
      fields: [{ path: '.', sensor: 'phase_{phase}_total_returned', unit: 'Wh', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/emeter/{phase}/{quantity}',
      fields: [{ path: '.', sensor: 'phase_{phase}_{quantity}' }],
    },
    { topic: '#/shellies/{machine}/input/{number}', fields: [{ path: '.', sensor: 'input_{number}' }] },
    {
      topic: '#/shellies/{machine}/input_event/{number}',
      leave: ['event'],
      fields: [{ path: 'event_cnt', sensor: 'input_{number}_events' }],
    },
    {
      topic: '#/shellies/{machine}/ext_temperature/{number}',
      fields: [{ path: '.', sensor: 'temperature_{number}', unit: '°C' }],
    },
    {
      topic: '#/shellies/{machine}/ext_humidity/{number}',
      fields: [{ path: '.', sensor: 'humidity_{number}', unit: '%' }],
    },
    {
      topic: '#/shellies/{machine}/adc/{number}',
      fields: [{ path: '.', sensor: 'adc_{number}', unit: 'V' }],
    },
    { topic: '#/shellies/{machine}/sensor/{quantity}', fields: [{ path: '.', sensor: '{quantity}' }] },
    {
      topic: '#/shellies/{machine}/roller/{number}/pos',
      fields: [{ path: '.', sensor: 'roller_{number}_position', unit: '%' }],
    },
    {
      topic: '#/shellies/{machine}/roller/{number}/power',
      fields: [{ path: '.', sensor: 'roller_{number}_power', unit: 'W' }],
    },
    {
      topic: '#/shellies/{machine}/roller/{number}/energy',
      fields: [{ path: '.', sensor: 'roller_{number}_energy', unit: 'Wmin', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/light/{number}/power',
      fields: [{ path: '.', sensor: 'light_{number}_power', unit: 'W' }],
    },
    {
      topic: '#/shellies/{machine}/light/{number}/energy',
      fields: [{ path: '.', sensor: 'light_{number}_energy', unit: 'Wmin', as: 'kWh' }],
    },
    {
      topic: '#/shellies/{machine}/light/{number}',
      fields: [{ path: '.', sensor: 'light_{number}', states: onOff }],
    },
    { topic: '#/shellies/{machine}/roller/{number}', fields: [{ path: '.', sensor: 'roller_{number}' }] },
  ],
};
