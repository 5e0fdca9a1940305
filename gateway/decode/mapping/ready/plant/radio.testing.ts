/** Messages of radio networks, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';

const events = 'ChirpStack v4, Event types';
const deviceInfo = {
  ...{ tenantId: '52f14cd4-c6f1-4fbd-8f87-4025e1d49242', tenantName: 'ChirpStack' },
  ...{ applicationName: 'Test application', deviceName: 'Test device', devEui: '0101010101010101' },
  tags: { key: 'value' },
};
const device = 'application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101';

const ofChirpstack: Omit<Documented, 'mapping'>[] = [
  {
    from: `${events}: up; with a decoded object as in MQTT: Scheduling a downlink`,
    topic: `${device}/event/up`,
    payload: {
      deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
      time: '2022-07-18T09:34:15.775023242+00:00',
      ...{ deviceInfo, devAddr: '00189440', dr: 1, fPort: 1, data: 'qg==' },
      object: { temperature: 21.5, temperatureSensor: { 1: 25 } },
      rxInfo: [
        {
          ...{ gatewayId: '0016c001f153a14c', uplinkId: 4217106255, rssi: -36, snr: 10.5 },
          ...{ context: 'E3OWOQ==', metadata: { region_name: 'eu868' } },
        },
      ],
      txInfo: { frequency: 867_100_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 11 } } },
    },
    means: [
      {
        ...{ machine: '0101010101010101', time: '2022-07-18T09:34:15.775Z' },
        id: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
        values: { temperature: 21.5, temperatureSensor_1: 25, rssi: -36, snr: 10.5 },
      },
    ],
  },
  {
    from: `${events}: status`,
    topic: `${device}/event/status`,
    payload: {
      ...{ deduplicationId: 'bf2a9746-1c8b-49be-a92e-f0b89c8534e4', deviceInfo, margin: 10 },
      ...{ time: '2022-07-18T09:35:06.927172638+00:00', batteryLevel: 88.3 },
    },
    means: [
      {
        ...{ machine: '0101010101010101', time: '2022-07-18T09:35:06.927Z' },
        values: { link_margin: 10, battery: 88.3 },
      },
    ],
  },
  {
    from: `${events}: join`,
    topic: `${device}/event/join`,
    payload: { deduplicationId: 'x', deviceInfo },
    means: [],
  },
  {
    from: 'ChirpStack v4, MQTT: Scheduling a downlink',
    topic: `${device}/command/down`,
    payload: { devEui: '0101010101010101', confirmed: true, fPort: 10 },
    means: [],
  },
];

const ofTtn: Omit<Documented, 'mapping'>[] = [
  {
    from: 'The Things Stack, Data Formats: uplink message example',
    topic: 'v3/app1@tenant1/devices/dev1/up',
    payload: {
      end_device_ids: {
        ...{ device_id: 'dev1', application_ids: { application_id: 'app1' }, dev_eui: '0004A30B001C0530' },
      },
      correlation_ids: ['as:up:01E0WZGT6Y7657CPFPE5WEYDSQ'],
      received_at: '2020-02-12T15:15:46.014773143Z',
      uplink_message: {
        ...{ session_key_id: 'AXA50tHUGUucuzS/bCGMNw==', f_cnt: 1, frm_payload: 'gkHe' },
        decoded_payload: { temperature: 1.0, luminosity: 0.64 },
        rx_metadata: [
          {
            ...{ gateway_ids: { gateway_id: 'gtw1', eui: '9C5C8E00001A05C4' } },
            ...{ time: '2020-02-12T15:15:45.787Z', timestamp: 2_463_457_000, rssi: -35, channel_rssi: -35 },
            ...{ snr: 5, channel_index: 2 },
          },
        ],
        settings: { data_rate_index: 5, frequency: '868300000', time: '2020-02-12T15:15:45.787Z' },
        consumed_airtime: '0.056576s',
        locations: { user: { latitude: 37.97, longitude: 23.72, source: 'SOURCE_REGISTRY' } },
        received_at: '2020-02-12T15:15:45.789585559Z',
      },
    },
    means: [
      {
        ...{ machine: 'dev1', time: '2020-02-12T15:15:45.787Z' },
        values: { temperature: 1, luminosity: 0.64, rssi: -35, snr: 5 },
      },
    ],
  },
  {
    from: 'The Things Stack, Data Formats: uplink of a gateway without a time',
    topic: 'v3/app1/devices/dev1/up',
    payload: {
      received_at: '2020-02-12T15:15:46.014773143Z',
      uplink_message: {
        decoded_payload: { temperature: 1.0, gps: { lat: 52.5 } },
        rx_metadata: [{ rssi: -35 }],
        received_at: '2020-02-12T15:15:45.789585559Z',
      },
    },
    means: [
      {
        ...{ machine: 'dev1', time: '2020-02-12T15:15:45.789Z' },
        values: { temperature: 1, gps_lat: 52.5, rssi: -35 },
      },
    ],
  },
  {
    from: 'The Things Stack, MQTT Server: topics',
    topic: 'v3/app1@tenant1/devices/dev1/down/queued',
    payload: {},
    means: [],
  },
];

const ofWmbusmeters: Omit<Documented, 'mapping'>[] = [
  {
    from: 'wmbusmeters, README: json of a water meter',
    topic: 'wmbusmeters/33225544',
    payload: {
      ...{ media: 'water', meter: 'iperl', name: 'MyTapWater', id: '33225544', max_flow_m3h: 0 },
      ...{ total_m3: 123.529, timestamp: '2024-03-03T18:37:00Z' },
    },
    means: [
      {
        ...{ machine: 'MyTapWater', time: '2024-03-03T18:37:00.000Z' },
        values: { max_flow_m3h: 0, total_m3: 123.529 },
      },
    ],
  },
  {
    from: 'wmbusmeters, README: calculated fields of a heat meter',
    topic: 'wmbusmeters/55775511',
    payload: {
      ...{ media: 'heat', meter: 'kamheat', name: 'Heato', id: '55775511', status: 'OK' },
      ...{ total_energy_consumption_kwh: 3781, volume_flow_m3h: 1.005, t1_temperature_c: 59.53 },
      ...{ meter_date: '2022-12-10', timestamp: '2023-01-14T07:20:22Z' },
    },
    means: [
      {
        ...{ machine: 'Heato', time: '2023-01-14T07:20:22.000Z' },
        values: {
          ...{ status: 'OK', total_energy_consumption_kwh: 3781, volume_flow_m3h: 1.005 },
          ...{ t1_temperature_c: 59.53, meter_date: '2022-12-10' },
        },
      },
    ],
  },
];

export const ofRadio = { chirpstack: ofChirpstack, ttn: ofTtn, wmbusmeters: ofWmbusmeters };
