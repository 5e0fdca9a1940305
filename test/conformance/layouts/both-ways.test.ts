import { expect, it } from 'vitest';
import { arrivalMs, BothWays } from './both-ways.ts';

type Sent = [topic: string, payload: string];

/** Messages that were once read as others than those that they are, by what is special about them. */
const cases: Record<string, { sent: Sent[]; stored: string[] }> = {
  'two sensors with topics of their own, in machines that have only one': {
    sent: ['m1/mode', 'm2/valve', 'm1/mode', 'm2/valve'].map((topic) => [
      `open/${topic}`,
      '{"value":"AUTO"}',
    ]),
    stored: ['mode_text="AUTO"', 'valve_text="AUTO"', 'mode_text="AUTO"', 'valve_text="AUTO"'],
  },
  'one text that two types mean different states by': {
    sent: ['press', 'mill', 'press', 'mill'].map((site) => [`${site}/m1`, '{"mode":"AUTO"}']),
    stored: [0, 1, 0, 1].map((number) => `mode=${number},mode_text="AUTO"`),
  },
  'two names of one sensor that were equal at first': {
    sent: [
      ['open/m1', '{"Air_Temp":5,"Air Temp":5}'],
      ['open/m1', '{"Air_Temp":7,"Air Temp":6}'],
    ],
    stored: ['Air_Temp=5', 'Air_Temp=7'],
  },
  'a value on its sensor’s topic that is said to be bad': {
    sent: ['good', 'good', 'bad', 'good'].map((quality, i) => [
      'open/m1/flow',
      `{"value":${i},"quality":"${quality}"}`,
    ]),
    stored: ['flow=0', 'flow=1', 'flow=3'],
  },
  'a bad status code on a sensor’s topic': {
    sent: [0, 0x80_00_00_00, 0].map((code, i) => ['tank/m1/flow', `{"value":${i},"statusCode":${code}}`]),
    stored: ['flow=0', 'flow=2'],
  },
  'a value whose name was empty at first': {
    sent: [
      ['open/m1', '{"name":"","v":5}'],
      ['open/m1', '{"name":"","v":6}'],
      ['open/m1', '{"name":"Water","v":7}'],
    ],
    stored: ['v=5', 'v=6', 'Water=7'],
  },
  'something that is a time only where it looks like one': {
    sent: ['2023-11-14T22:13:20Z', '5', '19690101T000000Z'].map((text, i) => [
      'tank/m1',
      `{"updatedAt":"${text}","flow":${i}}`,
    ]),
    stored: ['flow=0', 'flow=1', 'flow=2'],
  },
};

it.each(Object.keys(cases))('%s: what is read by layout is what parsing gives', async (name) => {
  const { sent, stored } = cases[name]!;
  const ways = new BothWays();
  const fields: string[] = [];
  for (const [topic, text] of sent) {
    const { read, parsed } = await ways.take([{ topic, payload: Buffer.from(text) }]);
    expect(read, text).toEqual(parsed);
    fields.push(...read.lines.map((line) => line.split(' ')[1]!));
  }
  expect(fields).toEqual(stored);
});

it('times in ns are stored as they were sent, also where JavaScript prints their number alike', async () => {
  const ways = new BothWays();
  const sent = ['000000', '123456', '123000', '000128', '456700'].map((ns, i) => `${arrivalMs + i}${ns}`);
  for (const [i, time] of sent.entries()) {
    const payload = Buffer.from(`{"ts":${time},"flow":${i}}`);
    const { read, parsed } = await ways.take([{ topic: 'open/m1', payload }]);
    expect(read).toEqual(parsed);
    expect(read.lines).toEqual([`open,gateway=gw,machine=m1,site=open flow=${i} ${time}`]);
  }
  expect(ways.known).toBe(4);
});

it('whole numbers that a double rounds are counted each time', async () => {
  const ways = new BothWays();
  for (const text of ['{"count":1}', '{"count":40000000000000010}', '{"count":40000000000000010}']) {
    const { read, parsed } = await ways.take([{ topic: 'open/m1', payload: Buffer.from(text) }]);
    expect(read).toEqual(parsed);
  }
  const group = Buffer.from('{"flow":1,"net":{"mac":1700000000123456789}}');
  for (const counted of [3, 4, 5]) {
    const { read } = await ways.take([{ topic: 'tank/m1', payload: group }]);
    expect(read.counts.valuesRounded).toBe(counted);
  }
});
