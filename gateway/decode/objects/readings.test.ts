import { describe, expect, it } from 'vitest';
import type { DecodeTarget } from '../../ports/decode.ts';
import { readingsOf } from './readings.ts';

const target: DecodeTarget = { site: 'plant', machine: 'pump-1' };
const read = (message: unknown, more: Partial<DecodeTarget> = {}) =>
  readingsOf(message, { ...target, ...more }).map((item) => {
    if (!('values' in item)) return item;
    return { ...item, values: { ...item.values } };
  });
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('several things in one message', () => {
  it('are told apart by the names of their values', () => {
    const list = [
      { NodeId: 'ns=2;s=A.Water', DisplayName: 'Water Temperature', Value: 37.1 },
      { NodeId: 'ns=2;s=A.Indoor', DisplayName: 'Indoor Temperature', Value: 20.9 },
    ];
    expect(read(list)).toEqual([{ values: { Water_Temperature: 37.1, Indoor_Temperature: 20.9 } }]);
    expect(read(list[0])).toEqual([{ values: { Water_Temperature: 37.1 } }]);
    expect(
      read([
        { tag: 'a', v: 1, t: 1_700_000_000 },
        { tag: 'a', v: 2, t: 1_700_000_001 },
      ]),
    ).toMatchObject([
      { values: { a: 1 }, deviceTime: { ms: 1_700_000_000_000 } },
      { values: { a: 2 }, deviceTime: { ms: 1_700_000_001_000 } },
    ]);
  });

  const telegraf = ['1', '2'].map((slave_id, i) => ({
    name: 'modbus',
    tags: { slave_id, host: 'pi' },
    fields: { voltage: [230, 400][i] },
    timestamp: 1_700_000_000 + i,
  }));

  it.each([
    ['tags', telegraf, 'slave_id'],
    ['a device', [1, 2].map((i) => ({ device: `d${i}`, ts: 1_700_000_000 + i, rpm: i })), 'device'],
    [
      'an address',
      [
        { unitId: 1, volts: 1 },
        { unitId: 2, volts: 1 },
      ],
      'unitId',
    ],
    [
      'any text at one time',
      [
        { where: 'north', rpm: 1 },
        { where: 'south', rpm: 2 },
      ],
      'where',
    ],
    [
      'one name and two nodes',
      [
        { node: 'a', name: 't', value: 1, ts: 5 },
        { node: 'b', name: 't', value: 2, ts: 6 },
      ],
      'node',
    ],
    [
      'an id in a list',
      {
        motors: [
          { id: 'm1', rpm: 1 },
          { id: 'm2', rpm: 2 },
        ],
      },
      'id',
    ],
    [
      'a device around a list',
      [1, 2].map((i) => ({ device: `d${i}`, readings: [{ name: 'rpm', value: i }] })),
      'device',
    ],
  ])('are refused where only %s tells them apart, with what to set', (_, message, label) => {
    expect(() => read(message)).toThrow(
      refusal('DECODE_MIXED', new RegExp(`'${label}' tells them apart: name it under labels of the route`)),
    );
  });

  it('are told apart by the labels that the route names', () => {
    expect(read(telegraf, { labels: ['slave_id'] })).toMatchObject([
      { values: { '1_voltage': 230 } },
      { values: { '2_voltage': 400 } },
    ]);
    const motors = {
      motors: [
        { id: 'm1', rpm: 1 },
        { id: 'm2', rpm: 2 },
      ],
    };
    expect(read(motors, { labels: ['id'] })).toMatchObject([
      { values: { m1_motors_rpm: 1, m2_motors_rpm: 2 } },
    ]);
  });

  it('do not make readings of one thing several', () => {
    expect(read([{ flow: 1 }, { flow: 2 }])).toEqual([{ values: { flow: 1 } }, { values: { flow: 2 } }]);
    const states = ['ok', 'warm'].map((state, i) => ({ state, ts: 1_700_000_000 + i, flow: i }));
    expect(read(states)).toHaveLength(2);
    const named = [1, 2].map((i) => ({ device: 'd', id: `r${i}`, seq: i, flow: i }));
    expect(read(named)).toHaveLength(2);
  });
});

describe('lists within a message', () => {
  it('have values, as OPC UA PubSub sends them', () => {
    const message = {
      MessageId: '13',
      MessageType: 'ua-data',
      Messages: [{ DataSetWriterId: 1, Payload: { Temp: { Value: 21.4 }, Press: { Value: 3.1 } } }],
    };
    expect(read(message)).toMatchObject([{ values: { Temp: 21.4, Press: 3.1 } }]);
  });

  it.each([
    [
      'values with names',
      {
        ts: 1_700_000_000,
        d: [
          { tag: 'x', value: 1 },
          { tag: 'y', value: 2 },
        ],
      },
      { x: 1, y: 2 },
    ],
    [
      'metrics',
      { timestamp: 1_700_000_000, metrics: [{ name: 'a/b', floatValue: 2.5, dataType: 10 }] },
      { a_b: 2.5 },
    ],
    [
      'lists in lists',
      { ts: 1_700_000_000, events: [{ readings: [{ resourceName: 'rpm', value: '900' }] }] },
      { rpm: '900' },
    ],
    ['groups of a name', { ts: 1_700_000_000, motors: [{ rpm: 900 }] }, { motors_rpm: 900 }],
    [
      'a value of its own',
      { ts: 1_700_000_000, volts: 24, sensors: [{ name: 't', value: 20, min: 10 }] },
      { volts: 24, t: 20, t_min: 10 },
    ],
  ])('are read: %s', (_, message, values) => {
    expect(read(message)).toMatchObject([{ values, deviceTime: { ms: 1_700_000_000_000 } }]);
  });

  it('may have times of their own', () => {
    const message = { values: [1, 2].map((i) => ({ id: 'C.D.T', v: i, q: true, t: 1_700_000_000_000 + i })) };
    expect(read(message)).toEqual([
      { values: { 'C.D.T': 1 }, deviceTime: { ms: 1_700_000_000_001, ns: 0 } },
      { values: { 'C.D.T': 2 }, deviceTime: { ms: 1_700_000_000_002, ns: 0 } },
    ]);
  });

  it('are refused where nothing tells their items apart', () => {
    expect(() => read({ motors: [{ rpm: 1 }, { rpm: 2 }] })).toThrow(
      refusal('DECODE_MIXED', /nothing tells them apart/),
    );
    expect(() => read([])).toThrow(refusal('DECODE_SHAPE', /empty list/));
  });

  it.each([
    [{ measurements: [{ ts: 1_700_000_000, series: { temperature: [45.4, 46.2] } }] }, 'temperature'],
    [{ m: [{ s: [1, 2] }] }, 'm_s'],
    [{ m: [{ s: 'text' }] }, 'm_s'],
    [{ m: [{ s: [] }, { s: [] }] }, 'm_s'],
    [{ values: [{ x: [1] }] }, 'x'],
    [{ g: [{ h: [{ i: [{ j: [{ k: [{ l: 5 }] }] }] }] }] }, 'g_h_i_j_k'],
  ])('without any value in their lists remain, to be refused: %j', (message, name) => {
    expect(read(message)).toMatchObject([{ values: { [name]: expect.anything() } }]);
    expect(read(message)).toHaveLength(1);
  });

  it('keep what is beside the values of a list, also with another time, to be passed over and named', () => {
    const items = [
      { ts: 1_700_000_000, rpm: 1 },
      { ts: 1_700_000_001, state: 'on', load: [1, 2] },
    ];
    expect(read({ source: 'plc', items })).toMatchObject([
      {
        values: { source: 'plc', rpm: 1, state: 'on', load: [1, 2] },
        deviceTime: { ms: 1_700_000_000_000, ns: 0 },
      },
    ]);
    const values = [1, 'off'].map((v, i) => ({ id: 'a', v, t: 1_700_000_000 + i }));
    expect(read({ values })).toMatchObject([{ values: { a: 1 } }, { values: { a: 'off' } }]);
    const inner = { a: { b: 'x' }, a_b: 'y', items };
    expect(read(inner)[0]).toMatchObject({ refused: [{ name: 'a_b', value: 'x' }] });
  });

  it('keep numbers beside objects as a field, which is passed over and named', () => {
    expect(read({ a: 1, list: [7, { b: 2 }] })).toEqual([{ values: { a: 1, list_b: 2, list: [7] } }]);
  });
});

describe('names', () => {
  it('that labels give to several things are refused', () => {
    const labels = ['host'];
    for (const list of [
      [
        { host: 'A b', x: 1 },
        { host: 'A/b', x: 2 },
      ],
      [
        { host: 'A', b_x: 1, ts: 1_700_000_000 },
        { host: 'A_b', x: 2, ts: 1_700_000_001 },
      ],
      {
        m: [
          { host: 'A b', x: 1 },
          { host: 'A/b', x: 2 },
        ],
      },
    ])
      expect(() => read(list, { labels })).toThrow(refusal('DECODE_MIXED', /'host', a label of the route/));
    const apart = ['A', 'B'].map((host, i) => ({ host, x: i }));
    expect(read(apart, { labels })).toMatchObject([{ values: { A_x: 0 } }, { values: { B_x: 1 } }]);
  });

  it('have one rule in the message, in groups and in lists', () => {
    expect(read({ 'Air Temp': 5.2, 'Motor/Speed': 3, ok: 1, box: { 'Air Temp': 5.2 }, ' b ': 2 })).toEqual([
      { values: { Air_Temp: 5.2, Motor_Speed: 3, ok: 1, box_Air_Temp: 5.2, b: 2 } },
    ]);
  });

  it('that two fields would have are the first one’s; the other is refused alone', () => {
    const twice = [{ name: 'a_b_c', error: expect.objectContaining({ code: 'DECODE_NAME_TWICE' }) }];
    expect(read({ a: { b_c: 1 }, a_b: { c: 2 } })).toMatchObject([{ values: { a_b_c: 1 }, refused: twice }]);
    expect(read({ a: { b_c: 1 }, a_b_c: 2 })).toMatchObject([{ values: { a_b_c: 2 }, refused: twice }]);
    expect(read({ 'a b c': 1, a_b_c: 2 })).toMatchObject([{ values: { a_b_c: 2 }, refused: twice }]);
    expect(read({ a: { b: 1 }, a_b: 1 })[0]).not.toHaveProperty('refused');
  });
});

describe('the device’s time', () => {
  const at = Date.parse('2026-11-28T08:00:00Z');
  const time = '2026-11-28T08:00:00Z';

  it.each([
    { Time: time },
    { TimeStamp: at },
    { last_seen: time },
    { lastSeen: at },
    { Time: time, ENERGY: { Power: 7 } },
    { header: { timestamp: time } },
    { values: { flow: 1, ts: at } },
    { sensor: { Value: 1, SourceTimestamp: time } },
  ])('is known under common names, in any case and one level down: %j', (fields) => {
    expect(read({ flow: 1, ...fields })[0]).toMatchObject({ deviceTime: { ms: at } });
  });

  it('of groups with times that differ is theirs', () => {
    const of = (value: number, s: number) => ({ Value: value, SourceTimestamp: `2026-11-28T08:00:0${s}Z` });
    expect(read({ Temp: of(1, 0), Press: of(2, 1) })).toEqual([
      { values: { Temp: 1 }, deviceTime: { ms: at, ns: 0 } },
      { values: { Press: 2 }, deviceTime: { ms: at + 1_000, ns: 0 } },
    ]);
  });

  it('is under the names that the route says, and no other', () => {
    expect(read({ ts: 5, measured: at, flow: 1 }, { timeKeys: ['measured'] })[0]).toMatchObject({
      deviceTime: { ms: at },
    });
    expect(read({ ts: at, flow: 1 }, { timeKeys: ['measured'] })[0]).not.toHaveProperty('deviceTime');
  });

  it.each([
    { ts: '2026-02-30' },
    { Time: '2026-02-30T08:00:00' },
    { Time: '08:00' },
    { last_seen: '2026-11-28T25:00:00' },
    { ts: '2026-11-28T08:61:00' },
    { meta: { ts: '2026-13-01' } },
  ])('that does not exist is an error: %j', (fields) => {
    expect(() => read({ flow: 1, ...fields })).toThrow(refusal('DECODE_TIME', /is not a time/));
  });

  it.each([{ Time: 12.5 }, { created_at: 3 }, { origin: 'north' }, { last_seen: 'now' }])(
    'is not what only has its name: %j',
    (fields) => {
      expect(read({ flow: 1, ...fields })[0]).not.toHaveProperty('deviceTime');
    },
  );
});
