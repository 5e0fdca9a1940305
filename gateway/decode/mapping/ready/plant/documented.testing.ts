/** Messages as makers document them, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';

const radio: Documented[] = [
  {
    mapping: 'chirpstack',
    topic: 'application/c0ffee/device/0101010101010101/event/up',
    payload: {
      ...{
        deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
        time: '2022-07-18T09:34:15.775023242+00:00',
      },
      deviceInfo: {
        tenantName: 'ChirpStack',
        applicationName: 'Test',
        deviceName: 'Test device',
        devEui: '0101010101010101',
      },
      ...{ devAddr: '00189440', dr: 1, fPort: 1, data: 'qg==', fCnt: 4 },
      object: { temperature: 21.5, digitalInput: { 1: 1 } },
      rxInfo: [{ gatewayId: '0016c001f153a14c', uplinkId: 4217106255, rssi: -36, snr: 10.5 }],
      txInfo: { frequency: 868_100_000 },
    },
    means: [
      {
        ...{
          machine: '0101010101010101',
          time: '2022-07-18T09:34:15.775Z',
          id: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
        },
        values: { temperature: 21.5, digitalInput_1: 1, rssi: -36, snr: 10.5 },
      },
    ],
  },
  {
    mapping: 'chirpstack',
    topic: 'application/c0ffee/device/0101010101010101/event/status',
    payload: {
      ...{ deduplicationId: 'x', time: '2022-07-18T09:34:15Z', deviceInfo: {}, margin: 10 },
      ...{ externalPowerSource: false, batteryLevelUnavailable: false, batteryLevel: 75.5 },
    },
    means: [
      {
        ...{ machine: '0101010101010101', time: '2022-07-18T09:34:15.000Z' },
        values: { link_margin: 10, external_power: false, battery_unavailable: false, battery: 75.5 },
      },
    ],
  },
  {
    mapping: 'ttn',
    topic: 'v3/app1@tenant1/devices/dev1/up',
    payload: {
      end_device_ids: {
        device_id: 'dev1',
        application_ids: { application_id: 'app1' },
        dev_eui: '0004A30B001C0530',
      },
      ...{ correlation_ids: ['as:up:01E0WZGT6Y7657CPFPE5WEYDSQ'], received_at: '2020-02-12T15:15:45.787Z' },
      uplink_message: {
        ...{
          f_port: 1,
          f_cnt: 4,
          frm_payload: 'AWQCZA==',
          decoded_payload: { temperature: 1.0, luminosity: 0.64, gps: { lat: 52.5 } },
        },
        rx_metadata: [{ gateway_ids: { gateway_id: 'gtw1' }, rssi: -35, snr: 5.2 }],
        received_at: '2020-02-12T15:15:45.555Z',
      },
    },
    means: [
      {
        ...{ machine: 'dev1', time: '2020-02-12T15:15:45.555Z' },
        values: { temperature: 1, luminosity: 0.64, gps_lat: 52.5, rssi: -35, snr: 5.2 },
      },
    ],
  },
  { mapping: 'ttn', topic: 'v3/app1@tenant1/devices/dev1/join', payload: {}, means: [] },
  {
    mapping: 'wmbusmeters',
    topic: 'wmbusmeters/MyTapWater',
    payload: {
      ...{
        media: 'cold water',
        meter: 'multical21',
        name: 'MyTapWater',
        id: '12345678',
        total_m3: 6.388,
        target_m3: 6.377,
      },
      ...{ max_flow_m3h: 0, flow_temperature_c: 8, current_status: 'DRY', timestamp: '2018-02-08T09:07:22Z' },
    },
    means: [
      {
        ...{ machine: 'MyTapWater', time: '2018-02-08T09:07:22.000Z' },
        values: {
          total_m3: 6.388,
          target_m3: 6.377,
          max_flow_m3h: 0,
          flow_temperature_c: 8,
          current_status: 'DRY',
        },
      },
    ],
  },
];

const plant: Documented[] = [
  {
    mapping: 'telegraf',
    topic: 'telegraf/raynor/docker',
    payload: {
      fields: { field_1: 30, field_2: 4 },
      name: 'docker',
      tags: { host: 'raynor' },
      timestamp: 1_458_229_140,
    },
    means: [
      {
        ...{ machine: 'raynor', time: '2016-03-17T15:39:00.000Z' },
        values: { docker_field_1: 30, docker_field_2: 4 },
      },
    ],
  },
  {
    mapping: 'telegraf',
    topic: 'telegraf/batch',
    payload: {
      metrics: [
        { fields: { usage: 30 }, name: 'cpu', tags: { host: 'a' }, timestamp: 1_458_229_140 },
        { fields: { usage: 59 }, name: 'cpu', tags: { host: 'b' }, timestamp: 1_458_229_150 },
      ],
    },
    means: [
      { machine: 'a', time: '2016-03-17T15:39:00.000Z', values: { cpu_usage: 30 } },
      { machine: 'b', time: '2016-03-17T15:39:10.000Z', values: { cpu_usage: 59 } },
    ],
  },
  {
    mapping: 'opcua-pubsub',
    topic: 'opcua/json/data/publisher/group',
    payload: {
      ...{
        MessageId: '32235546-05d9-4fd7-97df-ea3ff3408574',
        MessageType: 'ua-data',
        PublisherId: 'MQTT-Localhost',
      },
      Messages: [
        {
          ...{
            DataSetWriterId: 1,
            DataSetWriterName: 'press',
            SequenceNumber: 4,
            Timestamp: '2021-09-27T18:45:19.555Z',
          },
          ...{ MetaDataVersion: { MajorVersion: 1 }, Status: 0 },
          Payload: {
            Raw: 16,
            Variant: { Type: 11, Body: 2.5 },
            DataValue: {
              Value: { Type: 6, Body: 7 },
              SourceTimestamp: '2021-09-27T11:45:19.555Z',
              StatusCode: 0,
            },
            Plain: { Value: 26.3, SourceTimestamp: '2021-09-27T11:45:19.555Z' },
          },
        },
      ],
    },
    means: [
      {
        ...{ machine: 'press', time: '2021-09-27T18:45:19.555Z' },
        values: { Raw: 16, Variant: 2.5, DataValue: 7, Plain: 26.3 },
      },
    ],
  },
  { mapping: 'opcua-pubsub', topic: 'x', payload: { MessageType: 'ua-metadata', MetaData: {} }, means: [] },
  {
    mapping: 'victron',
    topic: 'N/e0ff50a097c0/vebus/257/Ac/Out/L1/P',
    payload: { value: 1416 },
    means: [{ machine: 'vebus-257', values: { Ac_Out_L1_P: 1416 } }],
  },
  {
    mapping: 'victron',
    topic: 'N/e0ff50a097c0/battery/512/Soc',
    payload: { max: null, min: null, value: 88.5 },
    means: [{ machine: 'battery-512', values: { Soc: 88.5 } }],
  },
  {
    mapping: 'victron',
    topic: 'N/e0ff50a097c0/battery/512/Dc/0/Temperature',
    payload: { value: null },
    means: [],
  },
  { mapping: 'victron', topic: 'N/e0ff50a097c0/keepalive', payload: '', means: [] },
  {
    mapping: 'umh',
    topic: 'umh/v1/acme/berlin/assembly/line-1/_historian/axis/x',
    payload: { timestamp_ms: 1_732_280_023_697, position: 3.5, motor: { speed: 12 } },
    means: [
      {
        ...{ site: 'berlin', machine: 'line-1', time: '2024-11-22T12:53:43.697Z' },
        values: { axis_x_position: 3.5, axis_x_motor_speed: 12 },
      },
    ],
  },
  {
    mapping: 'umh',
    topic: 'umh/v1/acme/berlin/_historian',
    payload: { timestamp_ms: 1_732_280_023_697, temperature: 25 },
    means: [
      { site: 'berlin', machine: 'berlin', time: '2024-11-22T12:53:43.697Z', values: { temperature: 25 } },
    ],
  },
  { mapping: 'umh', topic: 'umh/v1/acme/berlin/line/_analytics/x', payload: {}, means: [] },
];

export const documentedInPlants = [...radio, ...plant];
