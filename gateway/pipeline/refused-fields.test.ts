import { beforeEach, describe, expect, it } from 'vitest';
import { build, linesOfBlock, now } from './pipeline-bench.testing.ts';

let parts: ReturnType<typeof build>;
beforeEach(() => {
  parts = build();
});
const take: ReturnType<typeof build>['take'] = (...messages) => parts.take(...messages);

describe('a value that its sensor cannot have', () => {
  const loose = '{"temperature":-127,"flow":3}';

  it('is refused alone: kept whole the first time, then counted, and shown as a fault of the sensor', async () => {
    for (let i = 0; i < 100; i++) await take(['telemetry/plant/meter-1', loose]);
    expect(parts.blocks).toHaveLength(100);
    expect(parts.letters.map(({ code, payload }) => [code, JSON.parse(String(payload))])).toEqual([
      ['CONTRACT_RANGE', { ts: `${now}000000`, values: { temperature: -127 } }],
    ]);
    expect(parts.pipeline.counts).toMatchObject({ readings: 100, deadLetters: 1 });
    expect(parts.fields.refused.current()).toEqual([
      {
        ...{ machine: 'plant/meter-1', sensor: 'temperature', code: 'CONTRACT_RANGE', value: '-127' },
        ...{ count: 100, firstMs: now, lastMs: now },
      },
    ]);
  });

  it('is passed to the windows, also where nothing else of the message is stored', async () => {
    await take(
      ['telemetry/plant/meter-1', loose],
      ['telemetry/plant/meter-1', '{"temperature":20,"flow":900}'],
    );
    await take(['telemetry/plant/meter-2', '{"flow":"n/a"}']);
    const [, alone] = parts.columns;
    const of = (column: number, value: number | null) => ({ column, value, isBeyondAlarm: false });
    expect(parts.columns.map((columns) => columns.refused)).toMatchObject([
      [
        { ...of(0, -127), machineIndex: 0, row: 1 },
        { ...of(1, 900), machineIndex: 0, row: 2 },
      ],
      [{ ...of(1, null), machineIndex: 1, row: 0 }],
    ]);
    expect(alone?.newMachines).toMatchObject([{ machine: 'meter-2' }]);
    expect(parts.blocks).toHaveLength(1);
  });

  it.each([
    [
      'text, of a machine whose type permits it',
      'lab/bench',
      '{"flow":"unavailable","level":2}',
      '"unavailable"',
    ],
    ['text alone, of such a machine', 'lab/bench', '{"flow":"unavailable"}', '"unavailable"'],
    ['text', 'plant/meter-1', '{"temperature":3,"flow":"unavailable"}', '"unavailable"'],
    ['text on the topic of one sensor', 'plant/meter-1/flow', 'unavailable', '"unavailable"'],
    ['sign of a probe on such a topic', 'plant/meter-1/flow', '---', '"---"'],
  ])('is passed to the windows as it was sent: a %s', async (_, topic, payload, sent) => {
    await take(['telemetry/lab/bench', '{"level":1,"flow":2}'], ['telemetry/plant/meter-1', '{"flow":1}']);
    await take([`telemetry/${topic}`, payload]);
    expect(parts.columns.at(-1)!.refused).toEqual([
      expect.objectContaining({ column: 1, value: null, sent }),
    ]);
  });

  it.each([
    ['number with a comma', '1,5'],
    ['number with a unit', '12 mm/s'],
    ['list that is cut off', '[{"timestamp_ms":1796015644919,"valu'],
    ['text of JSON', '"{\\"a\\":1}"'],
    ['text that is encoded', 'aGVsbG8gd29ybGQgdGhpcyBpcyBubyBwcm9iZQ=='],
    ['markup', '<v>3</v>'],
  ])(
    'is passed to no window if it is of another form, which says nothing of a probe: a %s',
    async (_, text) => {
      await take(['telemetry/lab/bench', '{"level":1,"flow":2}'], ['telemetry/plant/meter-1', '{"flow":1}']);
      await take(
        ['telemetry/plant/meter-1/flow', text],
        ['telemetry/plant/meter-1', JSON.stringify({ temperature: 3, flow: text })],
        ['telemetry/lab/bench', JSON.stringify({ level: 1, flow: text })],
        ['telemetry/lab/bench', '{"level":1,"flow":[1,2]}'],
        ['telemetry/plant/meter-1', '{"temperature":3,"flow":[[1]]}'],
      );
      expect(parts.columns.flatMap(({ refused = [] }) => refused)).toEqual([]);
      expect(parts.letters.length).toBeGreaterThan(0);
    },
  );

  it('is passed to the windows as one that its device calls bad, also alone in its message', async () => {
    const bad = '{"flow":{"value":7,"quality":"bad"}';
    await take(
      ['telemetry/plant/meter-1', `${bad},"temperature":3}`],
      ['telemetry/plant/meter-1', `${bad}}`],
    );
    const each = expect.objectContaining({ column: 1, value: 7, isBad: true, isBeyondAlarm: false });
    expect(parts.columns.flatMap(({ refused }) => refused)).toEqual([each, each]);
  });

  it('is passed to no window if another one under the same name is stored', async () => {
    await take(['telemetry/plant/meter-1', '{"flow":1,"Flow ":2,"temperature":3,"flow ":5}']);
    expect(parts.fields.counts.fieldsRefused).toBeGreaterThan(0);
    expect(parts.columns[0]).not.toHaveProperty('refused');
  });

  it('can be corrected and sent again', async () => {
    await take(['telemetry/plant/meter-1', `{"ts":${now},"temperature":"n/a","flow":3}`]);
    await take(['telemetry/plant/meter-1', String(parts.letters[0]!.payload).replace('"n/a"', '21')]);
    expect(linesOfBlock(parts.blocks[1]!)[0]).toContain('temperature=21 ');
  });

  it('does not keep the layout of its message from being learnt, and not counted for a resend', async () => {
    for (let i = 0; i < 40; i++)
      await take(['telemetry/plant/meter-1', `{"temperature":-127,"flow":3,"seq":${i}}`]);
    await take(['telemetry/plant/meter-1', '{"temperature":-127,"flow":3,"seq":39}', true]);
    expect(parts.fields.counts.fieldsRefused).toBe(40);
    await take(['telemetry/plant/meter-1', '{"temperature":20,"flow":3,"seq":41}']);
    expect(linesOfBlock(parts.blocks.at(-1)!)[0]).toContain('temperature=20,flow=3');
  });

  it('keeps a reading without other values whole', async () => {
    await take(
      ['telemetry/plant/meter-1', '{"temperature":-127}'],
      ['telemetry/plant/meter-1', '{"temperature":-127}'],
    );
    expect(parts.letters.map(({ payload }) => String(payload))).toEqual([
      '{"temperature":-127}',
      '{"temperature":-127}',
    ]);
    expect(parts.fields.refused.current()).toMatchObject([{ count: 2 }]);
  });
});

it('a time relative to now is that at arrival', async () => {
  await take(['telemetry/lab/bench', '[{"n":"volts","t":-5,"v":1}]']);
  expect(linesOfBlock(parts.blocks[0]!)[0]).toMatch(new RegExp(`volts=1 ${now - 5_000}000000$`));
});
