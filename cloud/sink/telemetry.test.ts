import { describe, expect, it } from 'vitest';
import { TelemetryReader } from './telemetry.ts';

const prefix = 'pump,gateway=north,machine=p1,site=leeds';

function read(
  text: string,
  lines = text.split('\n').length - 1,
  lane: 'readings' | 'estimates' = 'readings',
) {
  const raw = Buffer.from(text);
  return new TelemetryReader('north', lane).read([{ seq: 1, lines, bytes: raw.length }], raw);
}

describe('the beginning of a line', () => {
  it('is accepted in the form of the contract', () => {
    const checked = read(`${prefix} a=1 1\n${prefix} a=2,b=-0.5e-7 2\n`);
    expect(checked).toMatchObject({ untouched: true, lines: 2, refused: [] });
  });

  it.each([
    ['another gateway', 'pump,gateway=south,machine=p1,site=leeds a=1 1'],
    ['no gateway', 'pump,machine=p1,site=leeds a=1 1'],
    ['two gateways', 'pump,gateway=north,gateway=south,machine=p1,site=leeds a=1 1'],
    ['a longer gateway name', 'pump,gateway=north2,machine=p1,site=leeds a=1 1'],
    ['an escaped comma in a tag', 'pump,gateway=north,machine=p1\\,gateway\\=south,site=leeds a=1 1'],
    ['another order', 'pump,machine=p1,gateway=north,site=leeds a=1 1'],
    ['one tag more', `${prefix},x=y a=1 1`],
    ['an empty tag', 'pump,gateway=north,machine=,site=leeds a=1 1'],
    ['an escaped measurement', 'pu\\ mp,gateway=north,machine=p1,site=leeds a=1 1'],
    ['a measurement of events', 'event,gateway=north,machine=p1,site=leeds a=1 1'],
    ['estimates among readings', 'estimate,gateway=north,machine=p1,site=leeds a=1 1'],
    ['a comment', '# pump'],
    ['no fields', prefix],
    ['nothing', ''],
    ['non-ASCII names', 'pump,gateway=north,machine=pé,site=leeds a=1 1'],
  ])('is refused with %s, and its neighbours are kept', (_, line) => {
    const good = `${prefix} a=1 1\n`;
    const checked = read(`${good}${line}\n${good}`);
    expect(checked).toMatchObject({
      untouched: false,
      lines: 2,
      blocks: [{ seq: 1, lines: 2, bytes: 2 * good.length }],
    });
    expect(checked.raw.toString()).toBe(good + good);
    expect(checked.refused).toMatchObject([
      { code: 'CONTENT_LINE', count: 1, bytes: Buffer.byteLength(line) + 1 },
    ]);
  });

  it('must name the sending gateway on every line of text, even inside quotes', () => {
    const checked = read(`${prefix} a="\npump,gateway=south,machine=p1,site=leeds a="" 1\n`);
    expect(checked).toMatchObject({ lines: 0, refused: [{ count: 2 }] });
  });
});

describe('blocks', () => {
  it('without the number of lines that they declare are refused as a whole', () => {
    expect(read(`${prefix} a=1 1\n${prefix} a=2 2\n`, 3)).toMatchObject({
      blocks: [],
      refused: [{ code: 'CONTENT_LINES', reason: 'block 1 has 2 lines, not 3' }],
    });
  });

  it('are read no further than the number of lines that they declare', () => {
    expect(read(`${prefix} a=1 1\n${'\n'.repeat(100_000)}`, 1)).toMatchObject({
      blocks: [],
      refused: [{ code: 'CONTENT_LINES', reason: 'block 1 has more than 1 lines', count: 1 }],
    });
  });

  it('with lines that have no blank lose only these', () => {
    const good = `${prefix} a=1 1\n`;
    const bad = 'x\n'.repeat(1_000);
    const checked = read(`${bad}${good}${good}${bad}${good}`);
    expect(checked).toMatchObject({
      lines: 3,
      refused: [{ code: 'CONTENT_LINE', count: 2_000, bytes: 4_000 }],
    });
    expect(checked.raw.toString()).toBe(good + good + good);
  });

  it('with a line that is too long are not received as they were sent', () => {
    const long = `${prefix} a=${'1'.repeat(1 << 20)} 1\n`;
    expect(() => read(long)).toThrow(
      expect.objectContaining({ code: 'BATCH_SIZE', message: expect.stringContaining('at most 1048576') }),
    );
  });

  it('that do not end with a newline are refused as a whole', () => {
    expect(read(`${prefix} a=1 1`, 1)).toMatchObject({ blocks: [], refused: [{ code: 'CONTENT_LINES' }] });
  });
});

it('of the estimates lane may contain only estimates', () => {
  expect(read(`${prefix} a=1 1\n`, 1, 'estimates').refused).toHaveLength(1);
});

it('with mixed lines of several machines report the last time of each machine', () => {
  const other = prefix.replace('p1', 'p2');
  const { machines } = read(`${prefix} a=1 5000000\n${other} a=1 9000000\n${prefix} a=1 7000000\n`);
  expect(machines).toEqual([
    { machine: 'p1', site: 'leeds', machineType: 'pump', lastSeenMs: 7 },
    { machine: 'p2', site: 'leeds', machineType: 'pump', lastSeenMs: 9 },
  ]);
});

it('with more series than are remembered report each machine, and of the first one its newest time', () => {
  const of = (machine: number, time: number) => `${prefix.replace('p1', `m${machine}`)} a=1 ${time}000000\n`;
  const count = 20_001;
  const lines = Array.from({ length: count }, (_, i) => of(i, i + 1));
  const { machines, refused } = read(lines.join('') + of(0, 99_999));
  expect(refused).toEqual([]);
  const newest = new Map<string, number>();
  for (const { machine, lastSeenMs } of machines)
    newest.set(String(machine), Math.max(newest.get(String(machine)) ?? 0, lastSeenMs ?? 0));
  expect(newest.size).toBe(count);
  expect(newest.get('m0')).toBe(99_999);
});

it('with lines that begin nearly as the line before name each machine of theirs', () => {
  const of = (machine: string) => prefix.replace('p1', machine);
  const lines = ['p1', 'p1', 'p12', 'p1', 'p2'].map((machine, i) => `${of(machine)} a=1 ${i + 1}000000\n`);
  const foreign = `${prefix.replace('north', 'north2')} a=1 9000000\n`;
  const { machines, refused } = read(lines.join('') + foreign + lines[0]);
  expect(machines.map(({ machine, lastSeenMs }) => [machine, lastSeenMs])).toEqual([
    ['p1', 1],
    ['p12', 3],
    ['p2', 5],
  ]);
  expect(refused).toMatchObject([{ count: 1 }]);
});
