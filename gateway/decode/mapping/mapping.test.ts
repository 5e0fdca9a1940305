import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../ports/decode.ts';
import { createMapped } from '../formats/mapped/mapped.ts';
import { readReadings } from '../typed/read.ts';
import { tableProblems } from './files.ts';
import type { Mapping } from './schema.ts';

const target = { site: 'hall', machine: 'm' };

function read(mapping: Mapping, payload: unknown, topic = '', at = target): readonly Decoded[] {
  const { decoder, target: named } = createMapped({ mapping }, undefined).ofTopic(topic, at);
  return decoder.decode(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), named);
}
const values = (mapping: Mapping, payload: unknown, topic?: string) =>
  read(mapping, payload, topic).map((item) => {
    const found = 'values' in item ? { ...item.values } : {};
    return `${item.site}/${item.machine} ${JSON.stringify(found)}`;
  });
const refusals = (mapping: Mapping, payload: unknown) =>
  read(mapping, payload).flatMap((item) =>
    ('values' in item ? (item.refused ?? []) : (item.faults ?? [])).map(
      ({ name, error }) => `${name} ${error?.code}: ${error?.message}`,
    ),
  );
const leave = { rest: 'leave' } as const;

it('kinds of messages may be told apart by what they have', () => {
  const mapping: Mapping = {
    ...leave,
    messages: [
      { has: ['list', 'items.0'], machine: 'several', fields: [{ path: '*.0', sensor: 'first' }] },
      { machine: 'one', fields: [{ path: 'v' }] },
    ],
  };
  expect(values(mapping, { items: [5], v: 1 })).toEqual(['hall/several {"first":5}']);
  expect(values(mapping, { items: [], v: 1 })).toEqual(['hall/one {"v":1}']);
  expect(() => read({ messages: [{ has: 'a.*' }] }, {})).toThrow('which is not possible here');
});

describe('topics', () => {
  const mapping: Mapping = {
    ...leave,
    messages: [
      {
        topic: 'shellies/+/emeter/{phase}/power',
        machine: 'meter-{phase}',
        fields: [{ path: '.', sensor: 'power' }],
      },
      { topic: '#/{machine}/tags/#', fields: [{ path: '.', sensor: 'tag_{#}' }] },
      { topic: 'a/{machine}/x', skip: true },
    ],
  };

  it('name machines and sensors, also with any levels before and behind', () => {
    expect(values(mapping, '21.5', 'shellies/dev/emeter/2/power')).toEqual(['hall/meter-2 {"power":21.5}']);
    expect(values(mapping, '1', 'any/prefix/of mine/pump 7/tags/a/b')).toEqual(['hall/pump_7 {"tag_a_b":1}']);
    expect(values(mapping, '1', 'a/m/x')).toEqual([]);
  });

  it('that no kind of message takes are counted, and logged once', () => {
    const logged: string[] = [];
    const log = { info: (about: object) => logged.push(JSON.stringify(about)) } as never;
    const mapped = createMapped({ mapping }, { log });
    for (let i = 0; i < 3; i++) mapped.ofTopic('other', target).decoder.decode(Buffer.from('1'), target);
    expect(logged).toEqual(['{"topic":"other","field":"the topic other"}']);
    expect(mapped.counts).toEqual({ left: 3, empty: 3 });
  });

  it('with nothing else mapped are read by layouts as without a mapping', () => {
    const plain: Mapping = {
      messages: [{ topic: '{site}/{machine}' }, { topic: '{site}/{machine}/{sensor}' }],
    };
    const mapped = createMapped({ mapping: plain }, undefined);
    const own = mapped.ofTopic('yard/fan', target);
    expect([own.decoder.isFastJson, own.target]).toEqual([true, { site: 'yard', machine: 'fan' }]);
    expect(mapped.ofTopic('yard/fan/rpm', target).target).toEqual({
      site: 'yard',
      machine: 'fan',
      sensor: 'rpm',
    });
  });
});

describe('fields', () => {
  it('are found by paths with levels that are any, partly any, or in a list', () => {
    const mapping: Mapping = {
      ...leave,
      fields: [
        { path: 'switch:{n}.apower', sensor: 'power_{n}' },
        { path: '{probe}.Temperature' },
        { path: 'rx.0.rssi', sensor: 'rssi' },
        { path: 'a\\.b' },
        { path: ['new', 'old'], sensor: 'either' },
      ],
    };
    const payload = {
      ...{ 'switch:0': { apower: 8.9, id: 0 }, 'switch:1': { apower: 1 }, AM2301: { Temperature: 21 } },
      ...{ rx: [{ rssi: -60 }, { rssi: -70 }], 'a.b': 5, old: 7 },
    };
    expect(values(mapping, payload)).toEqual([
      'hall/m {"power_0":8.9,"power_1":1,"AM2301_Temperature":21,"rssi":-60,"a.b":5,"either":7}',
    ]);
  });

  it('that are not mapped are taken as today, or left, and what is to be left is left in both', () => {
    const fields = [{ path: 't', sensor: 'temperature', unit: '°F', as: '°C' }];
    const payload = { t: 50, other: { x: 1 }, secret: { y: 2 }, ts: 1_700_000_000 };
    expect(values({ fields, leave: ['secret'] }, payload)).toEqual([
      'hall/m {"ts":1700000000,"other_x":1,"temperature":10}',
    ]);
    expect(read({ fields, leave: ['secret'] }, payload)[0]).toMatchObject({
      deviceTime: { ms: 1_700_000_000_000 },
    });
    expect(values({ ...leave, fields }, payload)).toEqual(['hall/m {"temperature":10}']);
    expect(values({ ...leave, leave: ['other'], fields: [{ path: 'other.x' }] }, payload)).toEqual([
      'hall/m {"other_x":1}',
    ]);
  });

  it('may be of several machines, by item or by field', () => {
    const list: Mapping = {
      ...leave,
      each: 'devices.*',
      machine: '{.id|.name}',
      time: { path: 'at', format: 'ms' },
      fields: [{ path: 'v', sensor: 'level' }],
    };
    const payload = {
      at: 1_700_000_000_123,
      devices: [
        { id: 'a 1', v: 1 },
        { name: 'b', v: 2 },
      ],
    };
    expect(values(list, payload)).toEqual(['hall/a_1 {"level":1}', 'hall/b {"level":2}']);
    expect(read(list, payload)[1]).toMatchObject({ deviceTime: { ms: 1_700_000_000_123, ns: 0 } });
    const byField: Mapping = {
      ...leave,
      fields: [{ path: '{pump}.rpm', machine: 'pump-{pump}', sensor: 'speed' }],
    };
    expect(values(byField, { 1: { rpm: 5 }, 2: { rpm: 6 } })).toEqual([
      'hall/pump-1 {"speed":5}',
      'hall/pump-2 {"speed":6}',
    ]);
  });

  it('have units as people write them, scale and offset, and states', () => {
    const mapping: Mapping = {
      ...leave,
      fields: [
        { path: 't', unit: '°C' },
        { path: 'f', unitFrom: 'unit', as: '°C' },
        { path: 'p', unit: 'kPa', as: 'bar' },
        { path: 'w', scale: 0.1, offset: 2 },
        { path: 'c', unit: 'l', decimal: ',' },
        { path: 'on', states: { ON: 1, OFF: 0 } },
        { path: 'none', none: ['unavailable'] },
      ],
    };
    const payload = {
      t: '21.5 C',
      f: 77,
      unit: 'F',
      p: 100,
      w: 5,
      c: '1,5 l',
      on: 'on',
      none: 'Unavailable',
    };
    expect(values(mapping, payload)).toEqual(['hall/m {"t":21.5,"f":25,"p":1,"w":2.5,"c":1.5,"on":1}']);
    expect(refusals(mapping, { t: '5 bar', on: 'broken', c: 1 })).toEqual([
      "t DECODE_MAPPING: 't': the unit 'bar' cannot be converted to °C",
      'on DECODE_MAPPING: \'on\': "broken" is not one of its states',
    ]);
    expect(refusals({ ...leave, fields: [{ path: 't', unit: 'V' }] }, { t: '1,5 V' })[0]).toMatch(
      /decimal = ","/,
    );
  });

  it('without any good value are faults, which are kept as typed readings', () => {
    const [item] = read(
      { ...leave, fields: [{ path: 'v', value: 'Value' }] },
      { v: { Value: 3, StatusCode: 0x80000000 } },
    );
    expect(item).toMatchObject({ faults: [{ name: 'v', error: { code: 'DECODE_QUALITY' } }] });
    const own = item && 'own' in item ? item.own : undefined;
    expect(readReadings(own!.call(item))).toEqual([
      { site: 'hall', machine: 'm', values: [['v', 3, 'bad']] },
    ]);
  });

  it('a message without a machine is refused', () => {
    const mapping: Mapping = { ...leave, machine: '{.id}', fields: [{ path: 'v' }] };
    expect(() => read(mapping, { v: 1 }, '', { site: 'hall', machine: '' })).toThrow(/names no machine/);
  });

  it('availability is that of the machine', () => {
    const mapping: Mapping = { messages: [{ topic: '{machine}/online', availability: true }] };
    expect(read(mapping, 'false', 'd/online')).toEqual([
      { site: 'hall', machine: 'd', availability: { isOnline: false } },
    ]);
    expect(() => read(mapping, 'perhaps', 'd/online')).toThrow(/does not say/);
  });
});

describe('times', () => {
  const at = (time: Mapping['time'], value: unknown, zone?: string) => {
    const mapping: Mapping = { ...leave, ...(zone && { zone }), time, fields: [{ path: 'v' }] };
    const [item] = read(mapping, { v: 1, t: value });
    const moment = item && 'deviceTime' in item ? item.deviceTime : undefined;
    return moment && `${new Date(moment.ms).toISOString()}${moment.ns === 0 ? '' : ` ${moment.ns}`}`;
  };

  it.each([
    ['s', 1_700_000_000.25, '2023-11-14T22:13:20.250Z'],
    ['ms', 1_700_000_000_123, '2023-11-14T22:13:20.123Z'],
    ['us', '1700000000123456', '2023-11-14T22:13:20.123Z 456000'],
    ['ns', '1700000000123456789', '2023-11-14T22:13:20.123Z 456789'],
    ['s', 60, '1970-01-01T00:01:00.000Z'],
    ['iso', '2023-11-14T22:13:20+02:00', '2023-11-14T20:13:20.000Z'],
    ['%d.%m.%Y %H:%M:%S', '14.11.2023 22:13:20', '2023-11-14T22:13:20.000Z'],
    ['%d %b %Y %I:%M %p', '14 Nov 2023 10:13 PM', '2023-11-14T22:13:00.000Z'],
    ['%Y-%m-%dT%H:%M:%S.%f%z', '2023-11-14T22:13:20.5+01:00', '2023-11-14T21:13:20.500Z'],
  ])('in the format %s: %j', (format, value, said) => {
    expect(at({ path: 't', format }, value, 'UTC')).toBe(said);
  });

  it('are in the zone of the device, with its summer time', () => {
    expect(at({ path: 't' }, '2023-07-01T12:00:00', 'Europe/Berlin')).toBe('2023-07-01T10:00:00.000Z');
    expect(at({ path: 't', zone: 'America/New_York' }, '2023-01-01 12:00:00.5', 'UTC')).toBe(
      '2023-01-01T17:00:00.500Z',
    );
    expect(at({ path: 't', format: '%H:%M %d/%m/%y' }, '12:00 01/07/23', 'Asia/Kolkata')).toBe(
      '2023-07-01T06:30:00.000Z',
    );
    // The hour that does not exist is one of a clock that was not yet put forward.
    expect(at({ path: 't' }, '2023-03-26T02:30:00', 'Europe/Berlin')).toBe('2023-03-26T01:30:00.000Z');
  });

  it('in the hour that comes twice are in the order of the readings', () => {
    const mapping: Mapping = {
      ...leave,
      zone: 'Europe/Berlin',
      time: { path: 't' },
      fields: [{ path: 'v' }],
    };
    const { decoder } = createMapped({ mapping }, undefined).ofTopic('', target);
    const said = ['01:50', '02:10', '02:50', '02:50', '02:10', '02:50', '03:10'].map((time) => {
      const [item] = decoder.decode(Buffer.from(`{"v":1,"t":"2023-10-29T${time}:00"}`), target);
      return item && 'deviceTime' in item && new Date(item.deviceTime!.ms).toISOString().slice(11, 16);
    });
    expect(said).toEqual(['23:50', '00:10', '00:50', '00:50', '01:10', '01:50', '02:10']);
  });

  it('that cannot be read refuse the message', () => {
    expect(() => at({ path: 't', format: 'ms' }, 'soon')).toThrow(
      expect.objectContaining({ code: 'DECODE_TIME' }),
    );
    expect(at({ path: 't', format: 'ms' }, null)).toBeUndefined();
  });
});

it.each<[Mapping, string, RegExp]>([
  [{ fields: [{ path: 'a', unit: '°C', as: 'bar' }] }, 'm.fields[0]', /cannot convert °C to bar/],
  [
    { fields: [{ path: 'a', unit: 'foo', as: 'bar' }] },
    'm.fields[0]',
    /unit = "foo", which is not a known unit/,
  ],
  [{ fields: [{ path: 'a.{b', sensor: 's' }] }, 'm.fields[0].path', /level '\{b'/],
  [{ fields: [{ path: 'a.*' }] }, 'm.fields[0]', /has a \* in its path/],
  [{ fields: [{ path: 'a', sensor: '{x}' }] }, 'm.fields[0].sensor', /has \{x\}, which no level is named by/],
  [{ time: { path: 't', format: 'hours' } }, 'm.time', /format 'hours'/],
  [{ time: { path: 't', format: '%d.%m.' } }, 'm.time', /has no %Y or %y/],
  [{ zone: 'Mars/Base', time: { path: 't' } }, 'm.time', /time zone 'Mars\/Base'/],
  [{ messages: [{ topic: 'a/#/b' }] }, 'm.messages[0].topic', /neither first nor last/],
  [{ machine: '{.a.*.b}' }, 'm.machine', /not possible here/],
  [{ rets: 'leave' } as never, 'm.rets', /m: .*rets/],
])('what is wrong with %j is reported by its key', (mapping, key, problem) => {
  expect(tableProblems(mapping, 'm')).toContainEqual(
    expect.objectContaining({ key, message: expect.stringMatching(problem) }),
  );
});
