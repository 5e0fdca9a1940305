/**
 * Mappings of devices and programs of buildings (gateway/decode/mapping/ready/home). Each is data alone, without code that a
 * message runs; messages as their makers document them are in documented.testing.ts. Those of plants are in ../plant.
 */
import type { FieldMapping, Mapping, MessageMapping } from '../../schema.ts';

const onOff = { ON: 1, OFF: 0 };

/**
 * Topics for a full topic %prefix%/%topic%/ as a new device has it, one with levels between (%prefix%/home/cellar/%topic%/), and
 * %topic%/%prefix%/.
 */
const at = (prefix: string, last: string, message: MessageMapping): MessageMapping[] =>
  [`${prefix}/{machine}`, `${prefix}/+/{machine}`, `${prefix}/+/+/{machine}`, `{machine}/${prefix}`].map(
    (levels) => ({ ...message, topic: `#/${levels}/${last}` }),
  );

/** A value, or a list of one for each phase or channel. */
const each = (name: string, sensor: string, unit?: string): FieldMapping[] => [
  { path: `ENERGY.${name}`, sensor, ...(unit && { unit }) },
  { path: `ENERGY.${name}.{phase}`, sensor: `${sensor}_{phase}`, ...(unit && { unit }) },
];

const sensors: MessageMapping = {
  time: { path: 'Time' },
  leave: ['*.Id', '*.TotalStartTime', 'TempUnit', 'PressureUnit', 'SpeedUnit', '*.Yesterday'],
  fields: [
    ...each('Power', 'power', 'W'),
    ...each('ApparentPower', 'apparent_power', 'VA'),
    ...each('ReactivePower', 'reactive_power', 'var'),
    ...each('Factor', 'power_factor'),
    ...each('Voltage', 'voltage', 'V'),
    ...each('Current', 'current', 'A'),
    ...each('Frequency', 'frequency', 'Hz'),
    ...each('Total', 'energy_total', 'kWh'),
    ...each('Today', 'energy_today', 'kWh'),
    ...each('Period', 'energy_period', 'Wh'),
    { path: '{probe}.Temperature', sensor: '{probe}_temperature', unitFrom: 'TempUnit', as: '°C' },
    { path: '{probe}.DewPoint', sensor: '{probe}_dew_point', unitFrom: 'TempUnit', as: '°C' },
    { path: '{probe}.Humidity', sensor: '{probe}_humidity', unit: '%' },
    { path: '{probe}.Pressure', sensor: '{probe}_pressure', unitFrom: 'PressureUnit', as: 'hPa' },
    { path: '{probe}.SeaPressure', sensor: '{probe}_sea_pressure', unitFrom: 'PressureUnit', as: 'hPa' },
    { path: '{probe}.Illuminance', sensor: '{probe}_illuminance', unit: 'lx' },
    { path: '{probe}.Distance', sensor: '{probe}_distance', unit: 'cm' },
    { path: '{probe}.CarbonDioxide', sensor: '{probe}_co2', unit: 'ppm' },
    ...['1', '2.5', '10'].map((size) => ({
      path: `{probe}.PM${size.replace('.', '\\.')}`,
      sensor: `{probe}_pm${size}`,
      unit: 'µg/m³',
    })),
    // The sensors of the Sonoff SC have no name.
    { path: 'Temperature', sensor: 'temperature', unitFrom: 'TempUnit', as: '°C' },
    { path: 'Humidity', sensor: 'humidity', unit: '%' },
    { path: 'Light', sensor: 'light' },
    { path: 'Noise', sensor: 'noise' },
    { path: 'AirQuality', sensor: 'air_quality' },
    { path: 'ANALOG.{input}', sensor: 'analog_{input}' },
    { path: 'COUNTER.{input}', sensor: 'counter_{input}' },
    { path: 'Switch{number}', sensor: 'switch_{number}', states: onOff },
  ],
};

const state: MessageMapping = {
  time: { path: 'Time' },
  leave: [
    ...['Uptime', 'SleepMode', 'Sleep', 'LoadAvg', 'MqttCount', 'Wifi', 'Hostname', 'IPAddress', 'Heap'],
    ...['Berry', 'Vcc', 'HSBColor', 'Color', 'Fade', 'Speed', 'LedTable', 'Channel', 'Dimmer', 'Scheme'],
    ...['CT', 'White'],
  ],
  fields: [
    { path: 'UptimeSec', sensor: 'uptime', unit: 's' },
    { path: 'POWER', sensor: 'relay', states: onOff },
    { path: 'POWER{number}', sensor: 'relay_{number}', states: onOff },
  ],
};

/** https://tasmota.github.io/docs/MQTT/: local times without a zone, units beside the values. */
export const tasmota: Mapping = {
  about: 'Tasmota: telemetry of sensors, power meters and relays.',
  topics: ['tele/#', 'stat/#'],
  rest: 'leave',
  messages: [
    ...at('tele', 'LWT', { availability: true }),
    ...at('tele', 'SENSOR', sensors),
    ...at('tele', 'STATE', state),
    ...at('stat', 'POWER', { fields: [{ path: '.', sensor: 'relay', states: onOff }] }),
    ...at('stat', 'POWER{number}', { fields: [{ path: '.', sensor: 'relay_{number}', states: onOff }] }),
    ...['#/stat/#', '#/tele/#', '#/cmnd/#'].map((topic) => ({ topic, skip: true })),
  ],
};
