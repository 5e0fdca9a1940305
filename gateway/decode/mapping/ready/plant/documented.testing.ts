/** Messages as makers document them, and what is stored of each. */
import type { Documented } from '../documented.testing.ts';
import { ofRadio } from './radio.testing.ts';

const metric = (name: string, host: string, fields: object) => ({
  ...{ fields, name, tags: { host }, timestamp: 1_458_229_140 },
});
const time = '2016-03-17T15:39:00.000Z';

const telegraf: Omit<Documented, 'mapping'>[] = [
  {
    from: 'Telegraf, JSON output data format: standard form',
    topic: 'telegraf/raynor/docker',
    payload: metric('docker', 'raynor', { field_1: 30, field_2: 4, field_N: 59, n_images: 660 }),
    means: [
      {
        ...{ machine: 'raynor', time },
        values: { docker_field_1: 30, docker_field_2: 4, docker_field_N: 59, docker_n_images: 660 },
      },
    ],
  },
  {
    from: 'Telegraf, JSON output data format: batch mode; MQTT output: layout, on the topics of one metric',
    topic: 'telegraf/amaranth/docker',
    payload: {
      metrics: [
        metric('docker', 'raynor', { field_1: 30 }),
        metric('docker', 'amaranth', { field_1: 12 }),
        metric('storage', 'amaranth', { n_images: 0 }),
      ],
    },
    means: [
      { machine: 'raynor', time, values: { docker_field_1: 30 } },
      { machine: 'amaranth', time, values: { docker_field_1: 12 } },
      { machine: 'amaranth', time, values: { storage_n_images: 0 } },
    ],
  },
];

const ofCpu = (cpu: string, usage: number) => ({
  ...metric('cpu', 'raynor', { usage_idle: usage }),
  tags: { host: 'raynor', cpu },
});
telegraf.push({
  from: 'Telegraf, JSON output data format, with the tags of its cpu input',
  topic: 'telegraf/raynor/cpu',
  payload: { metrics: [ofCpu('cpu0', 90), ofCpu('cpu1', 80)] },
  means: [
    { machine: 'raynor', time, values: { cpu_cpu0_usage_idle: 90 } },
    { machine: 'raynor', time, values: { cpu_cpu1_usage_idle: 80 } },
  ],
});

const part14 = 'OPC UA Part 14 v1.05';
const at = '2021-09-27T18:45:19.555Z';
const dataSet1 = {
  ...{ DataSetWriterId: 101, SequenceNumber: 68468, MinorVersion: 672341762, Timestamp: at },
  Payload: { Active: true, Temperature: 25.5, Counter: 0 },
};
const dataSet2 = {
  ...{ DataSetWriterId: 102, SequenceNumber: 25460, MinorVersion: 672341762, Timestamp: at },
  Status: { Code: 1073741824 },
  Payload: { LocationName: 'Building A', Coordinate: { X: 0, Y: 0.2 }, Measurements: [20030, 20020] },
};
const header = {
  ...{
    MessageId: '9279c0b3-da88-45a4-af74-451cebf82db0',
    MessageType: 'ua-data',
    PublisherId: 'MyPublisher',
  },
};
const active = { Active: true, Temperature: 25.5, Counter: 0 };

const opcua: Omit<Documented, 'mapping'>[] = [
  {
    from: `${part14}, A.3.4.5, Examples`,
    topic: 'opcua/json/data/MyPublisher/group',
    payload: { ...header, Messages: [dataSet1, dataSet2] },
    means: [
      { machine: 'MyPublisher-101', time: at, values: active },
      {
        ...{ machine: 'MyPublisher-102', time: at },
        values: {
          ...{ LocationName: 'Building A', Coordinate_X: 0, Coordinate_Y: 0.2 },
          ...{ Measurements_0: 20030, Measurements_1: 20020 },
        },
      },
    ],
  },
  {
    from: `${part14}, 7.2.5, JSON message mapping: SingleDataSetMessage`,
    topic: 'opcua/json/data/MyPublisher/group/press',
    payload: { ...header, Messages: { ...dataSet1, DataSetWriterName: 'press' } },
    means: [{ machine: 'press', time: at, values: active }],
  },
  {
    from: `${part14}, 7.2.5, JSON message mapping: without the header of the network message`,
    topic: 'opcua/json/data/MyPublisher/group/press',
    payload: [
      { ...dataSet1, PublisherId: 'MyPublisher' },
      { ...dataSet1, PublisherId: 'MyPublisher', DataSetWriterName: 'press' },
    ],
    means: [
      { machine: 'MyPublisher-101', time: at, values: active },
      { machine: 'press', time: at, values: active },
    ],
  },
  {
    from: 'OPC UA Part 6, JSON DataEncoding: Variant and DataValue (from memory)',
    topic: 'opcua/json/data/MyPublisher/group',
    payload: {
      ...header,
      Messages: [
        {
          ...{ DataSetWriterId: 1, DataSetWriterName: 'press', SequenceNumber: 4, Timestamp: at },
          MetaDataVersion: { MajorVersion: 1 },
          Payload: {
            Raw: 16,
            Variant: { Type: 11, Body: 2.5 },
            Compact: { UaType: 11, Value: 3.5 },
            DataValue: { Value: { Type: 6, Body: 7 }, SourceTimestamp: at, StatusCode: 0 },
            Plain: { Value: 26.3, SourceTimestamp: at },
            Absent: { SourceTimestamp: at, StatusCode: 2147483648 },
          },
        },
      ],
    },
    means: [
      {
        ...{ machine: 'press', time: at },
        values: { Raw: 16, Variant: 2.5, Compact: 3.5, DataValue: 7, Plain: 26.3 },
      },
    ],
  },
  {
    from: `${part14}, A.3.1, DataSetMetaData message`,
    topic: 'x',
    payload: { MessageType: 'ua-metadata', PublisherId: 'MyPublisher', DataSetWriterId: 101, MetaData: {} },
    means: [],
  },
];

const flashmq = 'Victron, dbus-flashmq, README';
const victron: Omit<Documented, 'mapping'>[] = [
  {
    from: `${flashmq}: Notifications`,
    topic: 'N/e0ff50a097c0/pvinverter/20/Ac/Power',
    payload: { value: 936 },
    means: [{ machine: 'pvinverter-20', values: { Ac_Power: 936 } }],
  },
  {
    from: `${flashmq}: Read requests`,
    topic: 'N/e0ff50a097c0/solarcharger/279/Dc/0/Voltage',
    payload: { max: null, min: null, value: 20.43000030517578 },
    means: [{ machine: 'solarcharger-279', values: { Dc_0_Voltage: 20.43000030517578 } }],
  },
  {
    from: `${flashmq}: Notifications, an invalid value`,
    topic: 'N/e0ff50a097c0/pvinverter/20/Ac/L2/Power',
    payload: { value: null },
    means: [],
  },
  {
    from: `${flashmq}: Notifications, a device that disappears`,
    topic: 'N/e0ff50a097c0/pvinverter/20/Ac/Power',
    payload: '',
    means: [],
  },
  {
    from: `${flashmq}: Keep-alive`,
    topic: 'N/e0ff50a097c0/full_publish_completed',
    payload: { value: 1_702_459_522 },
    means: [],
  },
  {
    from: 'Victron, dbus-flashmq, source: heartbeat',
    topic: 'N/e0ff50a097c0/heartbeat',
    payload: { value: 1_702_459_522 },
    means: [],
  },
  {
    from: 'as the former dbus-mqtt (from memory)',
    topic: 'N/e0ff50a097c0/keepalive',
    payload: '',
    means: [],
  },
];

const historian = 'UMH Classic, _historian messages';
const core = 'UMH Core, Payload Formats';
const ms = { timestamp_ms: 1_670_001_234_567 };
const then = '2022-12-02T17:13:54.567Z';
const umh: Omit<Documented, 'mapping'>[] = [
  {
    from: `${historian}: Tag grouping, in the topic`,
    topic: 'umh/v1/cuttingincorperated/cologne/cnc-cutter/_historian/head/pos',
    payload: { ...ms, x: 12.5, y: 7.3, z: 3.2 },
    means: [
      {
        ...{ site: 'cologne', machine: 'cnc-cutter', time: then },
        values: { head_pos_x: 12.5, head_pos_y: 7.3, head_pos_z: 3.2 },
      },
    ],
  },
  {
    from: `${historian}: Tag grouping, in JSON`,
    topic: 'umh/v1/cuttingincorperated/cologne/cnc-cutter/_historian/head',
    payload: { ...ms, pos: { x: 12.5, y: 7.3 }, temperature: 50, collision: false },
    means: [
      {
        ...{ site: 'cologne', machine: 'cnc-cutter', time: then },
        values: { head_pos_x: 12.5, head_pos_y: 7.3, head_temperature: 50, head_collision: false },
      },
    ],
  },
  {
    from: `${historian}: Message structure`,
    topic: 'umh/v1/acme/berlin/_historian',
    payload: { ...ms, temperature_c: 154.1, pressure_bar: 5, notes: 'sensor 1 is faulty' },
    means: [
      {
        ...{ site: 'berlin', machine: 'berlin', time: then },
        values: { temperature_c: 154.1, pressure_bar: 5, notes: 'sensor 1 is faulty' },
      },
    ],
  },
  {
    from: `${core}: The tempting shortcut (the site is optional)`,
    topic: 'umh/v1/acme/_historian/weather',
    payload: { ...ms, temperature: 23.4, humidity: 42.1 },
    means: [
      {
        ...{ machine: 'acme', time: then },
        values: { weather_temperature: 23.4, weather_humidity: 42.1 },
      },
    ],
  },
  {
    from: `${core}: One tag, one message, one topic`,
    topic: 'umh/v1/acme/_historian/weather/temperature',
    payload: { ...ms, value: 23.4 },
    means: [{ machine: 'acme', time: then, values: { weather_temperature: 23.4 } }],
  },
  {
    from: `${core}: CNC Mill with Multiple Sensor Groups`,
    topic: 'umh/v1/acme/plant1/machining/cnc-mill-1234/_cnc/axis/x_position',
    payload: { ...ms, value: 125.7 },
    means: [{ site: 'plant1', machine: 'cnc-mill-1234', time: then, values: { axis_x_position: 125.7 } }],
  },
  {
    from: 'UMH Classic, Messages: _schema',
    topic: 'umh/v1/acme/berlin/line/_analytics/x',
    payload: {},
    means: [],
  },
];

export const documentedInPlants: Documented[] = Object.entries({
  ...ofRadio,
  ...{ telegraf, 'opcua-pubsub': opcua, victron, umh },
}).flatMap(([mapping, messages]) => messages.map((message) => ({ mapping, ...message })));
