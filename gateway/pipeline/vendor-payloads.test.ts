/** Tests what is stored of messages of many makers’ devices and programs: values, or a dead letter, never a part. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startVendors, stopVendors, stored } from './vendor-bench.testing.ts';

beforeAll(startVendors);
afterAll(stopVendors);

const json = 'telemetry/lab/M';
const eight = '2026-11-28T08:00:00';

it.each<[name: string, topic: string, payload: string, rows: string[], codes?: string[]]>([
  [
    'Shelly, energy',
    json,
    '{"id":0,"source":"MQTT","output":false,"apower":0.5,"aenergy":{"total":11.7,"by_minute":[0,0]},"temperature":{"tC":52.9,"tF":127.1}}',
    ['output=0,apower=0.5,aenergy_total=11.7,temperature_tC=52.9,temperature_tF=127.1 @ arrival'],
  ],
  [
    'Shelly, status of a method',
    json,
    '{"src":"s","method":"NotifyStatus","params":{"ts":1700000000.12,"em:0":{"id":0,"a_current":4.029}}}',
    ['params_em_0_a_current=4.029 @ 2023-11-14T22:13:20'],
  ],
  [
    'Tasmota, two sensors',
    json,
    `{"Time":"${eight}","SI7021":{"Temperature":21.4},"BMP280":{"Temperature":20.9},"TempUnit":"C"}`,
    [`SI7021_Temperature=21.4,BMP280_Temperature=20.9 @ ${eight}`],
  ],
  [
    'Tasmota, lists of phases',
    json,
    `{"Time":"${eight}","ENERGY":{"Voltage":[230,231,229]}}`,
    [],
    ['CONTRACT_EMPTY'],
  ],
  [
    'Zigbee2MQTT, ISO',
    json,
    `{"battery":97,"temperature":21.3,"last_seen":"${eight}+00:00"}`,
    [`battery=97,temperature=21.3 @ ${eight}`],
  ],
  [
    'Zigbee2MQTT, a count of ms, which is the time and no sensor',
    json,
    '{"temperature":21.3,"last_seen":1764316800000}',
    ['temperature=21.3 @ 2025-11-28T08:00:00'],
  ],
  [
    'ChirpStack, one radio',
    json,
    `{"time":"${eight}.1+00:00","deviceInfo":{"deviceName":"t"},"fCnt":4,"object":{"temperature":22.5}}`,
    [`fCnt=4,object_temperature=22.5 @ ${eight}`],
  ],
  [
    'The Things Network, two radios',
    json,
    '{"uplink_message":{"decoded_payload":{"temperature":21.5},"rx_metadata":[{"gateway_ids":{"gateway_id":"a"},"rssi":-35},{"gateway_ids":{"gateway_id":"b"},"rssi":-85}]}}',
    ['uplink_message_decoded_payload_temperature=21.5 @ arrival'],
  ],
  [
    'The Things Network, the server’s time',
    json,
    `{"received_at":"${eight}Z","uplink_message":{"received_at":"${eight}Z","decoded_payload":{"temperature":21.5},"rx_metadata":[{"gateway_ids":{"gateway_id":"a"},"rssi":-35},{"gateway_ids":{"gateway_id":"b"},"rssi":-85}]}}`,
    [`uplink_message_decoded_payload_temperature=21.5 @ ${eight}`],
  ],
  [
    'a device’s time goes before that of the server',
    json,
    `{"received_at":"2026-11-28T09:00:00Z","measured_at":"${eight}Z","temperature":21.5}`,
    [`temperature=21.5 @ ${eight}`],
  ],
  [
    'ChirpStack, two radios',
    json,
    `{"time":"${eight}+00:00","fCnt":4,"object":{"temperature":22.5},"rxInfo":[{"gatewayId":"a","rssi":-48},{"gatewayId":"b","rssi":-90}]}`,
    [`fCnt=4,object_temperature=22.5 @ ${eight}`],
  ],
  [
    'a list of several machines in a decoded payload is still not merged',
    json,
    '{"decoded_payload":{"nodes":[{"node":"a","temp":1},{"node":"b","temp":2}]}}',
    [],
    ['DECODE_MIXED'],
  ],
  ['an epoch', json, '{"epoch":1764316800,"temperature":21.3}', ['temperature=21.3 @ 2025-11-28T08:00:00']],
  [
    'updateTimeStamp',
    json,
    `{"updateTimeStamp":"${eight}Z","temperature":21.3}`,
    [`temperature=21.3 @ ${eight}`],
  ],
  [
    'Kepware, a value of bad quality',
    json,
    '{"timestamp":1764316800000,"values":[{"id":"C1.D1.T1","v":42,"q":false,"t":1764316800000},{"id":"C1.D1.T2","v":3.5,"q":true,"t":1764316800000}]}',
    ['C1.D1.T2=3.5 @ 2025-11-28T08:00:00'],
    ['DECODE_QUALITY'],
  ],
  [
    'Kepware, nothing of good quality',
    json,
    '{"timestamp":1764316800000,"values":[{"id":"C1.D1.T1","v":42,"q":false,"t":1764316800000}]}',
    [],
    ['DECODE_QUALITY'],
  ],
  [
    'OPC UA, a bad status code',
    json,
    '{"Messages":[{"Payload":{"Temp":{"Value":21.4,"StatusCode":{"Code":2150891520,"Symbol":"BadTimeout"}},"Press":{"Value":3.1,"StatusCode":{"Symbol":"Good"}}}}]}',
    ['Press=3.1 @ arrival'],
    ['DECODE_QUALITY'],
  ],
  ['a sensor’s own topic, bad', 'json/lab/M/flow', '{"value":21.5,"quality":"bad"}', [], ['DECODE_QUALITY']],
  [
    'a sensor’s own topic, good',
    'json/lab/M/flow',
    '{"value":21.5,"quality":"good"}',
    ['flow=21.5 @ arrival'],
  ],
  [
    'Sparkplug as JSON',
    json,
    '{"timestamp":1764316800000,"metrics":[{"name":"Temperature","timestamp":1764316800000,"dataType":"Float","value":21.5},{"name":"Motor/Speed","timestamp":1764316800000,"value":1500}],"seq":3}',
    ['Temperature=21.5,Motor_Speed=1500 @ 2025-11-28T08:00:00'],
  ],
  [
    'OPC UA PubSub',
    json,
    `{"MessageType":"ua-data","Messages":[{"Timestamp":"${eight}Z","Payload":{"Temperature":{"Value":21.4,"SourceTimestamp":"${eight}Z"},"Pressure":{"Value":3.1}}}]}`,
    [`Temperature=21.4,Pressure=3.1 @ ${eight}`],
  ],
  [
    'OPC UA PubSub, two writers',
    json,
    '{"MessageId":"1","Messages":[{"DataSetWriterId":1,"Payload":{"Temp":{"Value":21.4}}},{"DataSetWriterId":2,"Payload":{"Temp":{"Value":33.3}}}]}',
    [],
    ['DECODE_MIXED'],
  ],
  [
    'Telegraf, two tag sets',
    json,
    '{"metrics":[{"fields":{"temp":21.5},"name":"cpu","tags":{"cpu":"0"},"timestamp":1764316800},{"fields":{"temp":22.5},"name":"cpu","tags":{"cpu":"1"},"timestamp":1764316800}]}',
    [],
    ['DECODE_MIXED'],
  ],
  [
    'Telegraf, lines of two hosts',
    'influx/lab/M',
    'cpu,host=a load=1 1764316800000000000\ncpu,host=b load=2 1764316800000000000',
    [],
    ['DECODE_MIXED'],
  ],
  ['Home Assistant, state', `${json}/state`, '21.5', ['state=21.5 @ arrival']],
  ['Home Assistant, unavailable', `${json}/state`, 'unavailable', [], ['DECODE_NUMBER']],
  ['Victron, value with limits', `${json}/Soc`, '{"max":100,"min":0,"value":87.5}', ['Soc=87.5 @ arrival']],
  [
    'Kepware',
    json,
    '{"timestamp":1764316800000,"values":[{"id":"C1.D1.T1","v":42,"q":true,"t":1764316800000},{"id":"C1.D1.T2","v":3.5,"q":true,"t":1764316800000}]}',
    ['C1.D1.T1=42,C1.D1.T2=3.5 @ 2025-11-28T08:00:00'],
  ],
  [
    'Siemens, a running number beside the list belongs to its readings',
    json,
    `{"seq":12,"vals":[{"id":"101","ts":"${eight}Z","val":21.5},{"id":"102","ts":"${eight}Z","val":7}]}`,
    [`101=21.5,102=7 @ ${eight}`],
  ],
  [
    'WAGO',
    json,
    `{"Timestamp":"${eight}.1+01:00","Data":[{"Tag":"Temp","Value":21.5},{"Tag":"Press","Value":3.1}]}`,
    ['Temp=21.5,Press=3.1 @ 2026-11-28T07:00:00'],
  ],
  [
    'Advantech',
    json,
    `{"d":[{"tag":"AI1","value":1.5,"quality":0},{"tag":"AI2","value":2.5,"quality":0}],"ts":"${eight}+0000"}`,
    [`AI1=1.5,AI2=2.5 @ ${eight}`],
  ],
  [
    'Modbus bridge, two slaves',
    json,
    '[{"slave":1,"register":"voltage","value":230},{"slave":2,"register":"voltage","value":400}]',
    [],
    ['DECODE_MIXED'],
  ],
  [
    'ThingsBoard, two devices',
    json,
    '{"Device A":[{"ts":1764316800000,"values":{"temperature":42}}],"Device B":[{"ts":1764316800000,"values":{"temperature":22}}]}',
    ['Device_A_temperature=42,Device_B_temperature=22 @ 2025-11-28T08:00:00'],
  ],
  [
    'Ecowitt',
    json,
    '{"stationtype":"GW1000","dateutc":"2026-11-28 08:00:00","tempf":"70.1","humidity":"45"}',
    [`tempf=70.1,humidity=45 @ ${eight}`],
  ],
  [
    'rtl_433',
    json,
    '{"time":"2026-11-28 08:00:00","model":"Acurite","id":1234,"channel":"A","temperature_C":21.5}',
    [`temperature_C=21.5 @ ${eight}`],
  ],
  [
    'SenML, RFC 8428 5.1.1',
    json,
    '[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]',
    ['10e2073a01080063=23.1 @ arrival'],
  ],
  [
    'SenML, RFC 8428 5.1.4',
    json,
    '[{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},{"n":"open","vb":false}]',
    ['temp=23.1,open=0 @ arrival'],
  ],
  [
    'SenML, two devices',
    json,
    '[{"bn":"2001:db8::2","bt":1320078429,"n":"temperature","u":"Cel","v":25.2},{"bn":"2001:db8::1","n":"temperature","u":"Cel","v":12.3}]',
    [],
    ['DECODE_SENML'],
  ],
  ['CSV of Germany', 'csv/lab/M', '1,5;1.234,5', ['a=1.5,b=1234.5 @ arrival']],
  [
    'CSV of Germany with exponents, a byte order mark and a line end',
    'csv/lab/M',
    '\ufeff1,5E+03;2,5e-1\r\n',
    ['a=1500,b=0.25 @ arrival'],
  ],
  ['CSV of England', 'csv/lab/M', '1.5;1,234.5', ['a=1.5,b=1234.5 @ arrival']],
  ['CSV with commas for both', 'csv/lab/M', '1,5,2,5', [], ['DECODE_CSV']],
  ['CSV, its header', 'csv/lab/M', 'a;b', [], ['CONTRACT_EMPTY']],
  ['units in the values', json, '{"temperature":"21.5 °C"}', [], ['CONTRACT_EMPTY']],
  ['a matrix', json, '[[1764316800,21.5]]', [], ['DECODE_SHAPE']],
  ['Prometheus', json, '# HELP temp\ntemp{room="a"} 21.5\n', [], ['DECODE_JSON']],
])('%s', async (_, topic, payload, rows, codes = []) => {
  expect(await stored(topic, payload)).toEqual({ rows, codes });
});

it('a bad value is told from a good one by the same layout, too', async () => {
  const topic = 'json/lab/own/temp';
  const send = (quality: unknown, value: number) => stored(topic, JSON.stringify({ value, q: quality }));
  const rows = [];
  for (const [q, value] of [
    [true, 1],
    [true, 2],
    [true, 3],
    [false, 4],
    [true, 5],
  ] as const)
    rows.push(await send(q, value));
  expect(rows.map(({ codes }) => codes)).toEqual([[], [], [], ['DECODE_QUALITY'], []]);
});

it('a new sensor whose first value is refused does not get the value of another machine', async () => {
  expect((await stored(json, '{"a":1,"b":2,"c":1000}')).rows).toEqual(['a=1,b=2,c=1000 @ arrival']);
  expect(await stored(json, '{"x":5,"y":6,"z":1e400}')).toEqual({
    rows: ['x=5,y=6 @ arrival'],
    codes: ['CONTRACT_FINITE'],
  });
});
