/**
 * Mappings of devices and programs of buildings (gateway/decode/mapping/ready/home). Each is data alone, without code that a
 * message runs; messages as their makers document them are in documented.testing.ts. Those of plants are in ../plant.
 */
import type { Mapping } from '../../schema.ts';

/** https://tasmota.github.io/docs/MQTT/: full topic %prefix%/%topic%/, local times without a zone, units beside the values. */
export const tasmota: Mapping = {
  about: 'Tasmota: telemetry of sensors, power meters and relays.',
  topics: ['tele/#', 'stat/#'],
  rest: 'leave',
  messages: [
    { topic: '#/tele/{machine}/LWT', availability: true },
    {
      topic: '#/tele/{machine}/SENSOR',
      time: { path: 'Time' },
      leave: ['*.Id', '*.TotalStartTime', 'TempUnit', 'PressureUnit', 'SpeedUnit', '*.Yesterday'],
      fields: [
        { path: 'ENERGY.Power', sensor: 'power', unit: 'W' },
        { path: 'ENERGY.Power.{phase}', sensor: 'power_{phase}', unit: 'W' },
        { path: 'ENERGY.ApparentPower', sensor: 'apparent_power', unit: 'VA' },
        { path: 'ENERGY.ReactivePower', sensor: 'reactive_power', unit: 'var' },
        { path: 'ENERGY.Factor', sensor: 'power_factor' },
        { path: 'ENERGY.Voltage', sensor: 'voltage', unit: 'V' },
        { path: 'ENERGY.Voltage.{phase}', sensor: 'voltage_{phase}', unit: 'V' },
        { path: 'ENERGY.Current', sensor: 'current', unit: 'A' },
        { path: 'ENERGY.Current.{phase}', sensor: 'current_{phase}', unit: 'A' },
        { path: 'ENERGY.Frequency', sensor: 'frequency', unit: 'Hz' },
        { path: 'ENERGY.Total', sensor: 'energy_total', unit: 'kWh' },
        { path: 'ENERGY.Today', sensor: 'energy_today', unit: 'kWh' },
        { path: 'ENERGY.Period', sensor: 'energy_period', unit: 'Wh' },
        { path: '{probe}.Temperature', sensor: '{probe}_temperature', unitFrom: 'TempUnit', as: '°C' },
        { path: '{probe}.DewPoint', sensor: '{probe}_dew_point', unitFrom: 'TempUnit', as: '°C' },
        { path: '{probe}.Humidity', sensor: '{probe}_humidity', unit: '%' },
        { path: '{probe}.Pressure', sensor: '{probe}_pressure', unitFrom: 'PressureUnit', as: 'hPa' },
        { path: '{probe}.SeaPressure', sensor: '{probe}_sea_pressure', unitFrom: 'PressureUnit', as: 'hPa' },
        { path: '{probe}.Illuminance', sensor: '{probe}_illuminance', unit: 'lx' },
        { path: '{probe}.Distance', sensor: '{probe}_distance', unit: 'cm' },
        { path: '{probe}.CarbonDioxide', sensor: '{probe}_co2', unit: 'ppm' },
        { path: 'ANALOG.{input}', sensor: 'analog_{input}' },
        { path: 'COUNTER.{input}', sensor: 'counter_{input}' },
        { path: 'Switch{number}', sensor: 'switch_{number}', states: { ON: 1, OFF: 0 } },
      ],
    },
    {
      topic: '#/tele/{machine}/STATE',
      time: { path: 'Time' },
      leave: [
        'Uptime',
        'SleepMode',
        'Sleep',
        'LoadAvg',
        'MqttCount',
        'Wifi',
        'Heap',
        'Berry',
        'Vcc',
        'HSBColor',
        'Color',
        'Fade',
        'Speed',
        'LedTable',
        'Channel',
        'Dimmer',
        'Scheme',
        'CT',
        'White',
      ],
      fields: [
        { path: 'UptimeSec', sensor: 'uptime', unit: 's' },
        { path: 'POWER', sensor: 'relay', states: { ON: 1, OFF: 0 } },
        { path: 'POWER{number}', sensor: 'relay_{number}', states: { ON: 1, OFF: 0 } },
      ],
    },
    {
      topic: '#/stat/{machine}/POWER',
      fields: [{ path: '.', sensor: 'relay', states: { ON: 1, OFF: 0 } }],
    },
    {
      topic: '#/stat/{machine}/POWER{number}',
      fields: [{ path: '.', sensor: 'relay_{number}', states: { ON: 1, OFF: 0 } }],
    },
    { topic: '#/stat/{machine}/#', skip: true },
    { topic: '#/tele/{machine}/#', skip: true },
  ],
};
