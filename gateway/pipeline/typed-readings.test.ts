/** The second entrance: what a source hands in as readings goes the way of any reading. */
import { beforeEach, expect, it } from 'vitest';
import { readReadings } from '../decode/typed/read.ts';
import { shownReadings } from '../decode/typed/shown.ts';
import { writeReadings } from '../decode/typed/write.ts';
import type { NamedTypedValue, TypedReading } from '../ports/source.ts';
import { build, linesOfBlock, now } from './pipeline-bench.testing.ts';

let parts: ReturnType<typeof build>;
beforeEach(() => {
  parts = build();
});
const of = (machine: string, ...values: NamedTypedValue[]): TypedReading => ({
  site: 'plant',
  machine,
  values,
});
const lines = () => parts.blocks.flatMap(linesOfBlock);
const faults = () => parts.fields.refused.current().map(({ sensor, count }) => `${sensor} ${count}`);

it('several machines in one message, each with its own time or that of arrival', async () => {
  const timeNs = BigInt(now) * 1_000_000n - 5_000_000_123n;
  await parts.handIn([
    { ...of('meter-1', ['temperature', 20], ['flow', 3]), timeNs },
    of('meter-2', ['flow', 4n]),
  ]);
  expect(lines()).toEqual([
    expect.stringMatching(new RegExp(`machine=meter-1.* temperature=20,flow=3 ${timeNs}$`)),
    expect.stringMatching(new RegExp(`machine=meter-2.* flow=4 ${now}\\d{6}$`)),
  ]);
  expect(parts.pipeline.counts).toMatchObject({ messages: 1, readings: 2, deadLetters: 0 });
});

it('a topic of the same name, and its route, have nothing to do with them', async () => {
  const topic = 'telemetry/plant/meter-1';
  for (let i = 0; i < 3; i++) await parts.take([topic, `{"flow":${i},"temperature":${i}}`]);
  await parts.handIn([of('meter-2', ['flow', 9])], { topic });
  expect(lines().at(-1)).toMatch(/machine=meter-2.* flow=9 /);
});

it('a resend is stored once, where its source marks it', async () => {
  const readings = [{ ...of('meter-1', ['flow', 3]), timeNs: BigInt(now) * 1_000_000n }];
  await parts.handIn(readings);
  await parts.handIn(readings, { resend: true });
  expect(lines()).toHaveLength(1);
});

it('a number that a double does not hold is counted, as in any format', async () => {
  await parts.handIn([of('meter-1', ['flow', 5], ['temperature', 1n])]);
  expect(parts.fields.counts.valuesRounded).toBe(0);
  await parts.handIn([{ site: 'lab', machine: 'bench', values: [['total', 2n ** 53n + 1n]] }]);
  expect(parts.fields.counts.valuesRounded).toBe(1);
  expect(lines().at(-1)).toMatch(/ total=9007199254740992 /);
});

it('what breaks the contract, or comes from an unknown machine, is a dead letter alone and in the same form', async () => {
  await parts.handIn([
    of('meter-1', ['flow', 3]),
    of('meter-1', ['flow', 900]),
    { site: 'nowhere', machine: 'm', values: [['flow', 2n ** 53n + 1n]] },
    of('meter-1', ['flow', 4], ['temperature', 'hot']),
  ]);
  expect(lines()).toHaveLength(2);
  expect(
    parts.letters.map(({ code, topic, client, form, payload }) => [
      code,
      topic,
      client,
      form,
      shownReadings(payload),
    ]),
  ).toEqual([
    ['CONTRACT_RANGE', 'bus:line-1', 'bus', 'readings', 'plant/meter-1  without a time  flow=900'],
    ['MACHINE_UNKNOWN', 'bus:line-1', 'bus', 'readings', 'nowhere/m  without a time  flow=9007199254740993'],
    [
      ...['CONTRACT_TYPE', 'bus:line-1', 'bus', 'readings'],
      `plant/meter-1  ${new Date(now).toISOString().replace('Z', '000000Z')}  temperature="hot"`,
    ],
  ]);
  for (const { payload } of parts.letters) expect(readReadings(payload)).toHaveLength(1);
});

it('what cannot be read at all is one dead letter', async () => {
  await parts.handIn([of('meter-1', ['flow', 3])], { payload: Buffer.of(7, 7) });
  expect(parts.letters).toMatchObject([
    { code: 'DECODE_READINGS', form: 'readings', payload: Buffer.of(7, 7) },
  ]);
});

it('bad sensors reach the windows, and are kept whole the first time, also where no value is good', async () => {
  await parts.handIn([of('meter-1', ['flow', 3], ['temperature', 4])]);
  for (let i = 0; i < 20; i++) await parts.handIn([of('meter-1', ['flow', 0, 'bad'], ['temperature', null])]);
  expect(faults()).toEqual(['flow 20']);
  expect(parts.letters.map(({ code, payload }) => [code, readReadings(payload)[0]?.values])).toEqual([
    ['DECODE_QUALITY', [['flow', 0, 'bad']]],
  ]);
  const refused = parts.columns.at(-1)?.refused;
  expect(refused).toMatchObject([
    { column: 1, isBad: true },
    { column: 0, value: null, sent: 'null' },
  ]);
  await parts.handIn([of('meter-1', ['flow', 1, 'uncertain'], ['temperature', 5, 'bad'])]);
  expect(faults().sort()).toEqual(['flow 20', 'temperature 1']);
  expect(lines().at(-1)).toMatch(/ flow=1 /);
});

it('a letter of a bad sensor does not vanish by being sent again', async () => {
  const bad = [of('meter-1', ['flow', 0, 'bad'])];
  await parts.handIn(bad);
  await parts.handIn(bad, { letter: '1@2', payload: writeReadings(bad) });
  expect(parts.letters.map(({ code, origin }) => [code, origin])).toEqual([
    ['DECODE_QUALITY', undefined],
    ['DECODE_QUALITY', '1@2'],
  ]);
});

it('a message without readings, or a reading without values, is not lost without a word', async () => {
  await parts.handIn([of('meter-1')]);
  expect(parts.letters).toMatchObject([{ code: 'CONTRACT_EMPTY' }]);
  await parts.handIn([]);
  expect(parts.pipeline.counts).toMatchObject({ messages: 2, deadLetters: 1 });
});
