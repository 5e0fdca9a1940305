import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { TestBroker } from '../../test/load/test-broker.ts';
import { replayOptions, runReplayCommand } from './command.ts';
import type { ReplayOptions } from './options.ts';
import { readingsAt } from './received.testing.ts';
import { type ReplaySummary, runReplay } from './replay.ts';

const shared = resolve(packageRoot, process.env.HARBINGER_SHARED ?? '../shared');
const fd001 = join(shared, 'data', 'cmapss', 'train_FD001.txt');
const bearing = join(shared, 'data', 'femto', 'Learning_set_Bearing3_1.csv');

let broker: TestBroker;
let folder: string;
let notes: string[];
let shown: number[];

beforeEach(async () => {
  broker = new TestBroker();
  await broker.start();
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  notes = [];
  shown = [];
});

afterEach(async () => {
  await broker.crash();
  await rm(folder, { recursive: true, force: true });
});

async function replay(
  content: string,
  options: Partial<ReplayOptions> = {},
  signal = new AbortController().signal,
): Promise<ReplaySummary> {
  const file = options.file ?? join(folder, 'history.csv');
  if (options.file === undefined) await writeFile(file, content);
  const output = {
    note: (note: string) => void notes.push(note),
    progress: ({ done }: { done: number }) => void shown.push(done),
  };
  const full = {
    type: 'generic',
    speed: 'max',
    mqttUrl: `mqtt://127.0.0.1:${broker.port}`,
    ...options,
    file,
  };
  return runReplay(full as ReplayOptions, output, signal);
}

const readings = () => readingsAt(broker);

function cmapss(engines: number, cycles: number): string {
  const lines: string[] = [];
  for (let unit = 1; unit <= engines; unit++) {
    for (let cycle = 1; cycle <= cycles + unit; cycle++) {
      lines.push(
        [unit, cycle, 0.1, 0.2, 100, ...Array.from({ length: 21 }, (_, i) => cycle + i / 100)].join(' '),
      );
    }
  }
  return `${lines.join('  \n')}  \n`;
}

describe('replay of a CSV', () => {
  it('sends each row as a reading of its machine, omits empty cells, counts cells that are not numbers', async () => {
    const summary = await replay(
      'time,machine,temp,pump speed,note\n' +
        '2024-05-01T10:00:00Z,p1,20.5,1e3,hello\n' +
        '2024-05-01T10:00:01Z,p 2,,900,\n' +
        '2024-05-01T10:00:02Z,p1,bad,901,\n' +
        'yesterday,p1,1,2,\n' +
        '2024-05-01T10:00:03Z,,1,2,\n' +
        '2024-05-01T10:00:04Z,p1,,,\n' +
        '2024-05-01T10:00:05Z,p1,1,2,3,4\n',
      { site: 'hall' },
    );
    expect(Object.fromEntries(readings())).toEqual({
      'telemetry/hall/p1': [{ temp: 20.5, pump_speed: 1_000 }, { pump_speed: 901 }],
      'telemetry/hall/p_2': [{ pump_speed: 900 }],
    });
    expect(summary).toMatchObject({
      complete: true,
      rowsRead: 7,
      sent: 3,
      acked: 3,
      machines: 2,
      skipped: {
        'no valid time': 1,
        'no machine name': 1,
        'no number in it': 1,
        'more cells than columns': 1,
      },
      badCells: { note: 1, temp: 1 },
    });
  });

  it('reads semicolons with decimal commas, tabs, byte order marks and quoted names', async () => {
    await replay('\uFEFF"flow";"press"\n1,5;2\n', { machine: 'a' });
    await replay('flow\tpress\n1.5\t2\n', { machine: 'b' });
    expect(readings().get('telemetry/generic/a')).toEqual([{ flow: 1.5, press: 2 }]);
    expect(readings().get('telemetry/generic/b')).toEqual([{ flow: 1.5, press: 2 }]);
  });

  it('sends only the sensors of a closed type, and names what it left out', async () => {
    await replay('flow,colour\n1,2\n', { type: 'pump', machine: 'a' });
    expect(readings().get('telemetry/pump/a')).toEqual([{ flow: 1 }]);
    expect(notes.join('\n')).toContain("column 2 'colour': type 'pump' has no such sensor");
  });

  it('sends the recorded times on request, and refuses times that are not dates', async () => {
    const dated = { timeColumn: 't_ms', timestamps: 'original', machine: 'a' } as const;
    await replay('t_ms,x\n1700000000000,1\n', { ...dated, behindDaysMax: 100_000 });
    expect(readings().get('telemetry/generic/a')).toEqual([{ ts: 1_700_000_000_000, x: 1 }]);
    const relative = replay('t_s,x\n12,1\n', { timeColumn: 't_s', timestamps: 'original' });
    await expect(relative).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('reports 100 % only at the end, although a file has more lines than rows', async () => {
    await replay('x\n1\n\n2\n');
    expect(shown.at(-1)).toBe(1);
  });

  it('keeps the recorded pace, multiplied by the speed', async () => {
    const summary = await replay('t_s,x\n0,1\n10,2\n20,3\n', { timeColumn: 't_s', speed: 50 });
    expect(summary.seconds).toBeGreaterThan(0.39);
  });

  it('gives the same file the same identities, and new ones with --again', async () => {
    const content = 'x\n1\n2\n';
    await replay(content);
    await replay(content);
    await replay(content, { again: true });
    const ids = broker.received.map(({ payload }) => (JSON.parse(payload) as { id: string }).id);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2, 4));
    expect(new Set(ids).size).toBe(4);
  });

  it('sends all rows as the given machine, whatever a column says', async () => {
    const summary = await replay('machine,x\nm-9,1\n,2\nm-9,3\n', { machine: 'pump-7' });
    expect(Object.fromEntries(readings())).toEqual({
      'telemetry/generic/pump-7': [{ x: 1 }, { x: 2 }, { x: 3 }],
    });
    expect(summary).toMatchObject({ machines: 1, skipped: {} });
    expect(notes.join('\n')).toContain("column 1 'machine': --machine pump-7 was given");
  });

  it('refuses to merge several machines into one', async () => {
    const mixed = replay('machine,x\nm-1,1\nm-2,2\n', { machine: 'pump-7' });
    await expect(mixed).rejects.toThrow("machines 'm-1' and 'm-2', which cannot both be 'pump-7'");
  });

  it.each([
    [{ machine: 'a', machineColumn: 'x' }, 'contradict each other'],
    [{ type: 'nonsense' }, 'no machine type'],
    [{ timeColumn: 'when' }, "no time column 'when'"],
    [{ machineColumn: 'who' }, "no machine column 'who'"],
    [{ type: 'pump' }, 'no column of the file is a sensor'],
    [{ site: 'a/b' }, 'not a plain name'],
    [{ file: '/nonexistent/x.csv' }, 'no such file'],
  ])('refuses %o clearly', async (options, message) => {
    await expect(replay('x\n1\n', options as Partial<ReplayOptions>)).rejects.toThrow(message);
  });
});

describe('replay of C-MAPSS text', () => {
  it('sends the engines interleaved, each in order, and announces each failure after its last row', async () => {
    const summary = await replay(cmapss(3, 40), { file: undefined as never, site: 's' });
    expect(summary).toMatchObject({ rowsRead: 126, sent: 126, machines: 3, failuresAnnounced: 3 });
    expect(broker.received.slice(0, 3).map(({ topic }) => topic)).toEqual([
      'telemetry/s/engine-001',
      'telemetry/s/engine-002',
      'telemetry/s/engine-003',
    ]);
    const engine = readings().get('telemetry/s/engine-002')!;
    expect(engine.map((reading) => reading.s1)).toEqual(engine.map((_, i) => i + 1));
    expect(Object.keys(engine[0]!)).toHaveLength(24);
    const ofEngine = broker.received.filter(({ topic }) => topic.endsWith('engine-002'));
    expect(ofEngine.at(-1)).toMatchObject({ topic: 'lifecycle/s/engine-002' });
    expect(JSON.parse(ofEngine.at(-1)!.payload)).toMatchObject({ state: 'failed' });
  });

  it('loses nothing when the broker restarts in the middle', async () => {
    broker.crashAt = 300;
    const summary = await replay(cmapss(5, 200), { site: 's' });
    expect(summary).toMatchObject({ complete: true, sent: 1_015, acked: 1_015 });
    expect(summary.reconnects).toBeGreaterThan(0);
    expect(summary.resent).toBeGreaterThan(0);
    for (let unit = 1; unit <= 5; unit++) {
      const engine = readings().get(`telemetry/s/engine-00${unit}`)!;
      expect(engine.map((reading) => reading.s1)).toEqual(engine.map((_, i) => i + 1));
      expect(engine).toHaveLength(200 + unit);
    }
  });

  it('refuses other names for its engines', async () => {
    await expect(replay(cmapss(1, 3), { machine: 'a' })).rejects.toThrow('number their engines');
  });

  it('stops when the signal aborts, and reports that it is incomplete', async () => {
    const stop = new AbortController();
    const running = replay(cmapss(2, 500), { speed: 5 }, stop.signal);
    await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(1), 30_000);
    stop.abort();
    const summary = await running;
    expect(summary.complete).toBe(false);
    expect(summary.acked).toBe(summary.sent);
  });

  it('reports that the gateway refused the credentials', async () => {
    broker.refuse = true;
    await expect(replay('x\n1\n')).rejects.toMatchObject({ code: 'MQTT_REFUSED' });
  });

  it('gives up when no broker answers within its patience', async () => {
    const { port } = broker;
    await broker.crash();
    const options = { mqttUrl: `mqtt://127.0.0.1:${port}`, patienceMs: 300 };
    await expect(replay('x\n1\n', options)).rejects.toMatchObject({ code: 'MQTT_UNREACHABLE' });
    await broker.start();
  });
});

describe('recordings', () => {
  it('the example that comes with the product: every row and every column of it is used', async () => {
    const file = join(packageRoot, 'deploy', 'examples', 'pump-history.csv');
    const summary = await replay('', { file, type: 'pump', machine: 'pump-7' });
    expect(summary).toMatchObject({ rowsRead: 180, acked: 180, machines: 1, skipped: {}, badCells: {} });
    const [[topic, sent]] = [...readings()] as [[string, Record<string, unknown>[]]];
    expect(topic).toBe('telemetry/pump/pump-7');
    expect(Object.keys(sent[0]!)).toEqual(expect.arrayContaining(['vibration_x', 'ultrasound']));
    expect(notes.join()).not.toContain('left out');
  });

  it.skipIf(!existsSync(fd001))('FD001: 100 engines, 20,631 rows (needs the C-MAPSS files)', async () => {
    const summary = await replay('', { file: fd001 });
    expect(summary).toMatchObject({
      rowsRead: 20_631,
      sent: 20_631,
      acked: 20_631,
      machines: 100,
      failuresAnnounced: 100,
      skipped: {},
    });
  });

  it.skipIf(!existsSync(bearing))('a PRONOSTIA bearing (needs the FEMTO recordings)', async () => {
    const summary = await replay('', { file: bearing, timeColumn: 't_s' });
    expect(summary).toMatchObject({ complete: true, machines: 1, skipped: {}, badCells: {} });
    expect(summary.sent).toBe(summary.rowsRead);
  });
});

describe('the command', () => {
  it('prints a summary as JSON and exits with 0', async () => {
    const file = join(folder, 'h.csv');
    await writeFile(file, 'x\n1\n2\n');
    let printed = '';
    const stdout = { write: (text: string) => (printed += text) };
    const given = { type: 'generic', speed: 'max', mqttUrl: `mqtt://127.0.0.1:${broker.port}`, json: true };
    const code = await runReplayCommand(file, given, new AbortController().signal, null, {
      stdout,
      stderr: stdout,
    });
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ sent: 2, acked: 2, machines: 1, outcome: null });
  });

  it.each([
    [{}, '--type is needed'],
    [{ type: 'pump', speed: 'fast' }, '--speed fast'],
    [{ type: 'pump', format: 'xml' }, '--format xml'],
  ])('refuses %o', (given, message) => {
    expect(() => replayOptions('f', given)).toThrow(message);
  });

  it('takes the credentials from the environment', () => {
    const env = { HARBINGER_MQTT_USERNAME: 'u', HARBINGER_MQTT_PASSWORD: 'p' };
    expect(replayOptions('f', { type: 'pump' }, env)).toMatchObject({ username: 'u', password: 'p' });
  });
});
