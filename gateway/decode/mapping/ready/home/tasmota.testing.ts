/** Messages of Tasmota, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';

const ofAPlug = {
  ...{ Time: '2021-01-01T12:00:00Z', Uptime: '1T02:03:04', UptimeSec: 93784, Heap: 27, SleepMode: 'Dynamic' },
  ...{ Sleep: 50, LoadAvg: 19, MqttCount: 1, POWER1: 'ON', POWER2: 'OFF' },
  Wifi: { AP: 1, RSSI: 88, Signal: -56 },
};

const messages: Omit<Documented, 'mapping'>[] = [
  {
    from: 'Tasmota documentation, MQTT: examples',
    topic: 'tele/tasmota/SENSOR',
    payload: { Time: '2017-02-16T10:13:52', DS18B20: { Temperature: 20.6 } },
    means: [
      {
        // Times without a zone are in the gateway's own.
        ...{ machine: 'tasmota', time: new Date('2017-02-16T10:13:52').toISOString() },
        values: { DS18B20_temperature: 20.6 },
      },
    ],
  },
  {
    from: 'Tasmota documentation, JSON Status Responses: SHT3X and DHT11',
    topic: 'tele/kitchen/SENSOR',
    payload: {
      Time: '2018-02-07T20:16:19Z',
      DHT11: { Temperature: 78.8, Humidity: 27, DewPoint: 41 },
      SHT3X: { Temperature: 68, Humidity: 18.9 },
      TempUnit: 'F',
    },
    means: [
      {
        ...{ machine: 'kitchen', time: '2018-02-07T20:16:19.000Z' },
        values: {
          ...{ DHT11_temperature: 26, DHT11_humidity: 27, DHT11_dew_point: 5 },
          ...{ SHT3X_temperature: 20, SHT3X_humidity: 18.9 },
        },
      },
    ],
  },
  {
    from: 'Tasmota documentation, JSON Status Responses: Sonoff SC',
    topic: 'tele/hall/SENSOR',
    payload: {
      ...{ Time: '2018-02-16T16:18:49Z', Temperature: 25, Humidity: 83, Light: 10, Noise: 20 },
      ...{ AirQuality: 100, TempUnit: 'C' },
    },
    means: [
      {
        ...{ machine: 'hall', time: '2018-02-16T16:18:49.000Z' },
        values: { temperature: 25, humidity: 83, light: 10, noise: 20, air_quality: 100 },
      },
    ],
  },
  {
    from: 'Tasmota documentation, JSON Status Responses: PMS5003 and HTU21',
    topic: 'tele/hall/SENSOR',
    payload: {
      Time: '2018-02-16T16:22:12Z',
      HTU21: { Temperature: 24.7, Humidity: 32.1 },
      PMS5003: { CF1: 1, PM1: 1, 'PM2.5': 2, PM10: 2, 'PB0.3': 423 },
      TempUnit: 'C',
    },
    means: [
      {
        ...{ machine: 'hall', time: '2018-02-16T16:22:12.000Z' },
        values: {
          ...{ HTU21_temperature: 24.7, HTU21_humidity: 32.1 },
          ...{ PMS5003_pm1: 1, 'PMS5003_pm2.5': 2, PMS5003_pm10: 2 },
        },
      },
    ],
    left: ['PMS5003.CF1', 'PMS5003.PB0.3'],
  },
  {
    from: 'Tasmota documentation, JSON Status Responses: POW, with what later versions add',
    topic: 'tele/plug/SENSOR',
    payload: {
      Time: '2021-01-01T12:00:00Z',
      ENERGY: {
        ...{ TotalStartTime: '2020-01-01T00:00:00', Total: 3.185, Yesterday: 3.058, Today: 0.127, Period: 2 },
        ...{ Power: 120, ApparentPower: 130, ReactivePower: 50, Factor: 0.92, Voltage: 221, Current: 0.565 },
      },
    },
    means: [
      {
        ...{ machine: 'plug', time: '2021-01-01T12:00:00.000Z' },
        values: {
          ...{ energy_total: 3.185, energy_today: 0.127, energy_period: 2, power: 120, apparent_power: 130 },
          ...{ reactive_power: 50, power_factor: 0.92, voltage: 221, current: 0.565 },
        },
      },
    ],
  },
  {
    from: 'as a Sonoff Dual R3 sends it; tests of Tasmota in Home Assistant have such lists, too',
    topic: 'tele/dual/SENSOR',
    payload: {
      Time: '2022-01-07T19:43:24Z',
      ENERGY: {
        ...{ Total: [0.005, 1.507], Yesterday: [0, 0.648], Today: [0, 0.197], Power: [0, 26] },
        ...{
          ApparentPower: [0, 43],
          Factor: [0, 0.62],
          Frequency: 50.016,
          Voltage: 225,
          Current: [0, 0.189],
        },
      },
      ESP32: { Temperature: 65.6 },
      TempUnit: 'C',
    },
    means: [
      {
        ...{ machine: 'dual', time: '2022-01-07T19:43:24.000Z' },
        values: {
          ...{ energy_total_0: 0.005, energy_total_1: 1.507, energy_today_0: 0, energy_today_1: 0.197 },
          ...{ power_0: 0, power_1: 26, apparent_power_0: 0, apparent_power_1: 43, power_factor_0: 0 },
          ...{ power_factor_1: 0.62, frequency: 50.016, voltage: 225, current_0: 0, current_1: 0.189 },
          ESP32_temperature: 65.6,
        },
      },
    ],
  },
  {
    from: 'Tasmota documentation, JSON Status Responses: StatusSTS, with what later versions add',
    topic: 'tele/plug/STATE',
    payload: ofAPlug,
    means: [
      {
        ...{ machine: 'plug', time: '2021-01-01T12:00:00.000Z' },
        values: { uptime: 93784, relay_1: 1, relay_2: 0 },
      },
    ],
  },
  {
    from: 'Tasmota documentation, MQTT: command flow',
    topic: 'stat/tasmota_switch/POWER',
    payload: 'OFF',
    means: [{ machine: 'tasmota_switch', values: { relay: 0 } }],
  },
  {
    from: 'Tasmota documentation, MQTT: command flow',
    topic: 'stat/tasmota_switch/RESULT',
    payload: { POWER: 'ON' },
    means: [],
  },
  {
    from: 'Tasmota documentation, MQTT: FullTopic tasmota/bedroom/%topic%/%prefix%/',
    topic: 'tasmota/bedroom/lamp/stat/POWER2',
    payload: 'ON',
    means: [{ machine: 'lamp', values: { relay_2: 1 } }],
  },
  {
    from: 'Tasmota documentation, MQTT: FullTopic %prefix%/home/cellar/%topic%/',
    topic: 'stat/home/cellar/pump/POWER',
    payload: 'ON',
    means: [{ machine: 'pump', values: { relay: 1 } }],
  },
  {
    from: 'Tasmota documentation, MQTT: examples, a threshold of power',
    topic: 'tele/tasmota/POWER_LOW',
    payload: 'ON',
    means: [],
  },
  {
    from: 'Tasmota, LWT (from memory)',
    topic: 'home/tele/plug/LWT',
    payload: 'Offline',
    means: [{ machine: 'plug', online: false }],
  },
];

export const ofTasmota: Documented[] = messages.map((message) => ({ mapping: 'tasmota', ...message }));
