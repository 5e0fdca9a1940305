import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestBroker } from '../../test/load/test-broker.ts';
import type { ReplayOptions } from './options.ts';
import { readingsAt } from './received.testing.ts';
import { type ReplaySummary, runReplay } from './replay.ts';

let broker: TestBroker;
let folder: string;
let notes: string[];

beforeEach(async () => {
  broker = new TestBroker();
  await broker.start();
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  notes = [];
});

afterEach(async () => {
  await broker.crash();
  await rm(folder, { recursive: true, force: true });
});

async function replay(content: string, options: Partial<ReplayOptions> = {}): Promise<ReplaySummary> {
  const file = join(folder, 'history.csv');
  await writeFile(file, content);
  const output = { note: (note: string) => void notes.push(note), progress() {} };
  const full = {
    type: 'generic',
    speed: 'max',
    mqttUrl: `mqtt://127.0.0.1:${broker.port}`,
    ...options,
    file,
  } as const;
  return await runReplay(full, output, new AbortController().signal);
}

const readings = () => readingsAt(broker);

describe('a CSV', () => {
  it('refuses recorded times that the gateway would replace before the first row, with what to set', async () => {
    const rows = [Date.now() - 60_000, Date.now() - 8 * 86_400_000, Date.now()];
    const content = `t_ms,x\n${rows.map((ms) => `${ms},1\n`).join('')}`;
    const dated = { timeColumn: 't_ms', timestamps: 'original', machine: 'a' } as const;
    await expect(replay(content, dated)).rejects.toThrow(
      /oldest row is 9 days old.* behindMsMax = 864000000 .* --behind-days 10/,
    );
    expect(broker.received).toEqual([]);
    expect((await replay(content, { ...dated, behindDaysMax: 10 })).acked).toBe(3);
  });

  it('decides for each column what its decimal mark is, and says so', async () => {
    const german = 'Zaehler;Druck\n998;1,2\n999;1,2\n1.000;1,2\n1.001,5;1,2\n';
    await replay(german, { machine: 'a' });
    expect(
      readings()
        .get('telemetry/generic/a')
        ?.map(({ Zaehler }) => Zaehler),
    ).toEqual([998, 999, 1_000, 1_001.5]);
    expect(notes.join('\n')).toContain("column 'Zaehler': the decimal mark is ',', so 1.000 is a thousand");
    const unclear = 'count;level\n999;1.000\n';
    await expect(replay(unclear, { machine: 'b' })).rejects.toThrow(/say --decimal , or --decimal \./);
    await replay(unclear, { machine: 'b', decimal: ',' });
    expect(readings().get('telemetry/generic/b')).toEqual([{ count: 999, level: 1_000 }]);
  });

  it.each([
    ['1,2\n3,4\n', /a header with the names of the columns is needed/],
    ['2026-11-28 08:00:00,2\n2026-11-28 08:00:01,4\n', /a header/],
    ['flow,press\n', /a header and no rows/],
  ])('refuses a file without a header or without rows: %j', async (content, problem) => {
    await expect(replay(content)).rejects.toThrow(problem);
  });
});
