import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import { type DetectOptions, type DetectSummary, runDetect } from './detect.ts';
import { summaryLines } from './summary.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (row: number) =>
  new Date(Date.UTC(2026, 0, 5) + row * 60_000).toISOString().slice(0, 19).replace('T', ' ');
let files = 0;

async function detect(text: string | Buffer, options: Partial<DetectOptions> = {}) {
  const csv = join(folder, `in-${++files}.csv`);
  const out = join(folder, `out-${files}.csv`);
  await writeFile(csv, text);
  const summary = await runDetect({ csv, out, ...options });
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
  return { summary, lines };
}

/** A CSV with a time, two sensors of which the second breaks at row 700, a text and a label. */
function machineCsv(label: (row: number) => number): string {
  const random = seededRandom(3);
  const rows = Array.from({ length: 900 }, (_, row) => {
    const cause = gaussian(random);
    const second = 50 + 3 * cause + 0.2 * gaussian(random) + (row >= 700 && row < 800 ? 12 : 0);
    return [at(row), (10 + cause).toFixed(4), second.toFixed(4), 'on, steady', label(row)].join(';');
  });
  return `datetime;flow;pressure;state;anomaly\n${rows.join('\n')}\n`;
}

describe('harbinger models detect', () => {
  it('writes the same rows with a score that rises where a sensor breaks, and the sensor’s name', async () => {
    const text = machineCsv(() => 0);
    const { summary, lines } = await detect(text);
    expect(summary).toMatchObject({
      rows: 900,
      separator: ';',
      sensors: ['flow', 'pressure'],
      timeColumn: 'datetime',
    });
    expect(lines[0]).toBe(
      'datetime;flow;pressure;state;anomaly;anomaly_score;onset_score;machine_state;machine_mode;top_sensors;usually',
    );
    const given = text.trimEnd().split('\n');
    expect(lines).toHaveLength(given.length);
    lines.forEach((line, i) => {
      expect(line.startsWith(`${given[i]};`)).toBe(true);
    });
    const cells = lines.slice(1).map((line) => line.split(';'));
    const scores = cells.map((row) => Number(row[5]));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(Math.max(...scores.slice(700, 705))).toBeGreaterThan(0.7);
    expect(Math.min(...scores.slice(710, 790))).toBeGreaterThan(0.5);
    expect(Math.max(...cells.slice(700, 710).map((row) => Number(row[6])))).toBeGreaterThan(0.5);
    expect(cells.slice(0, 400).every((row) => row[7] === 'learning')).toBe(true);
    expect(cells[720]!.slice(7, 9)).toEqual(['unusual', '1']);
    const [names, bands] = cells[720]!.slice(9).map((cell) => cell.split('|'));
    const [low, high] = bands![names!.indexOf('pressure')]!.split(' to ').map(Number) as [number, number];
    expect(low).toBeGreaterThan(35);
    expect(low).toBeLessThan(50);
    expect(high).toBeGreaterThan(50);
    expect(Number(cells[720]![2])).toBeGreaterThan(low);
    const [episode] = summary.episodes.filter(({ firstRow }) => firstRow > 695);
    expect(episode).toMatchObject({ firstRow: 701, from: at(700) });
    expect(summaryLines(summary).join('\n')).toMatch(
      /rows 701 to 8\d\d \(2026-01-05 11:40:00 to .*pressure .*usually/,
    );
  });

  it('draws the scores and the sensors, those of episodes first, however long the file is', async () => {
    const plot = join(folder, 'plot.svg');
    await detect(
      machineCsv(() => 0),
      { plot },
    );
    const svg = await readFile(plot, 'utf8');
    expect(svg.indexOf('>pressure<')).toBeGreaterThan(0);
    expect(svg.indexOf('>pressure<')).toBeLessThan(svg.indexOf('>flow<'));
    expect(svg).toContain('#c0392b');
    const long = Array.from({ length: 5_000 }, (_, row) => `${row},${row % 7}`).join('\n');
    await detect(`t,value\n${long}\n`, { plot });
    const [points] = /polyline points="([^"]+)"/.exec(await readFile(plot, 'utf8'))!.slice(1);
    expect(points!.split(' ').length).toBeLessThanOrEqual(1_000);
    expect(points!.split(' ').length).toBeGreaterThan(500);
    await expect(detect('a,b\n1,2\n', { plot: join(folder, `out-${files + 1}.csv`) })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('never uses labels as inputs, and reports that', async () => {
    const without = await detect(machineCsv(() => 0));
    const withLabels = await detect(machineCsv((row) => (row >= 700 && row < 800 ? 1 : 0)));
    const scores = (lines: string[]) => lines.slice(1).map((line) => line.split(';').slice(5));
    expect(scores(withLabels.lines)).toEqual(scores(without.lines));
    expect(withLabels.summary.passedOn).toEqual([
      { name: 'state', why: 'not numeric' },
      { name: 'anomaly', why: 'label' },
    ]);
    expect(summaryLines(withLabels.summary).join('\n')).toContain('labels, never used as inputs: anomaly');
  });

  it('says in plain words what it found, and that a short file is all warm-up', () => {
    const said = (found: Partial<DetectSummary>) =>
      summaryLines({ ...plain, rows: 500, ...found }).join('\n');
    const plain: DetectSummary = {
      ...{ csv: 'a', out: 'b', separator: ',', warmupRows: 400, seconds: 1, rowsPerSecond: 1, rows: 1 },
      ...{
        rowsAtLimit: 0,
        onsets: 0,
        scoreMax: 0.25,
        rowsChanged: 0,
        modes: 1,
        episodes: [],
        episodeCount: 0,
        missingCells: 1,
        badCells: 0,
        raggedRows: 0,
      },
      ...{ sensors: ['x'], passedOn: [], timeColumn: null },
      times: { withoutTime: 0, duplicates: 2, unordered: 0, gaps: 1 },
    };
    expect(said({})).toContain('500 rows, 1 sensor: x');
    expect(said({})).toContain('1 empty cell; 2 rows with the time of the row before; 1 gap in time');
    expect(said({})).toContain(
      'no row differs from what is normal (anomaly_score 0.5 or more); the highest score is 0.250',
    );
    expect(said({ rowsAtLimit: 1 })).toContain(
      '1 row differs from what is normal (anomaly_score 0.5 or more); the highest score is 0.250',
    );
    expect(said({})).toContain('something rare begins (onset_score 0.5 or more) in no row');
    expect(said({ rowsAtLimit: 9, onsets: 2 })).toContain('9 rows differ from what is normal');
    expect(said({ onsets: 2 })).toContain('something rare begins (onset_score 0.5 or more) in 2 rows');
    expect(said({})).not.toContain('warm-up');
    expect(said({ rows: 180 })).toContain('all 180 rows lie within the warm-up of 400 rows');
  });

  it('counts irregular rows, and still scores them', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => `${at(row)},${Math.sin(row).toFixed(4)}`);
    rows[10] = `${at(9)},0.5`;
    rows[20] = `${at(5)},0.5`;
    rows[25] = `${at(25)},`;
    rows[26] = `${at(26)},NaN`;
    rows[27] = `${at(27)},broken`;
    rows[28] = `never,0.1`;
    rows[29] = `${at(29)}`;
    rows[30] = `${at(30)},0.1,extra`;
    const { summary, lines } = await detect(`timestamp,value\n${rows.join('\n')}\n${at(500)},0.3\n`);
    expect(lines).toHaveLength(52);
    expect(summary).toMatchObject({ rows: 51, missingCells: 3, badCells: 1, raggedRows: 2 });
    expect(summary.times).toEqual({ withoutTime: 1, duplicates: 1, unordered: 1, gaps: 1 });
    expect(lines[30]).toMatch(/^[^,]+,,\d\.\d+,/);
    expect(lines[31]).toMatch(/^[^,]+,0\.1,\d\.\d+,.*,extra$/);
  });

  it('reads quoted cells, a byte-order mark and decimal commas, and writes them back', async () => {
    const rows = Array.from({ length: 20 }, (_, row) => `${row};"a ""b""; c";${row % 3},5`);
    const { summary, lines } = await detect(`\uFEFFt;note;value\r\n${rows.join('\r\n')}\r\n`);
    expect(summary.sensors).toEqual(['value']);
    expect(summary.badCells).toBe(0);
    expect(lines[1]).toMatch(/^0;"a ""b""; c";0,5;/);
  });

  it('streams: reports progress, and leaves no file behind when stopped', async () => {
    const long = `t,value\n${'1,2\n2,3\n'.repeat(60_000)}`;
    const shares: number[] = [];
    let ms = 0;
    const clock = { nowMs: () => ms, monotonicMs: () => (ms += 100), setTimer: () => ({ cancel: () => {} }) };
    await detect(long, { clock, progress: (share) => shares.push(share) });
    expect(shares.length).toBeGreaterThan(2);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    const controller = new AbortController();
    const stopped = detect(long, { clock, signal: controller.signal, progress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'DETECT_STOPPED' });
    await expect(readFile(join(folder, `out-${files}.csv`))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['empty', '', 'DETECT_NOT_CSV', /empty/],
    ['binary', Buffer.from([0x50, 0x4b, 0, 0, 1]), 'DETECT_NOT_CSV', /not text/],
    ['without names', '1,2\n3,4\n', 'DETECT_NOT_CSV', /name the columns/],
    ['without numbers', 'time,state\n2026-01-01,on\n', 'DETECT_NO_VALUES', /no column holds numbers/],
    ['scored already', 'time,v,anomaly_score\n2026-01-01,1,0\n', 'DETECT_NOT_CSV', /already has/],
  ])('says what is wrong with a file that is %s', async (_, text, code, message) => {
    const error = await detect(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses a missing file, a device, an output that is the input, and an invalid separator', async () => {
    const out = join(folder, 'never.csv');
    await expect(runDetect({ csv: join(folder, 'none.csv'), out })).rejects.toMatchObject({
      code: 'DETECT_FILE',
    });
    await expect(runDetect({ csv: '/dev/zero', out })).rejects.toMatchObject({
      code: 'DETECT_FILE',
      message: expect.stringContaining('/dev/zero: it is a device and not a regular file'),
    });
    await expect(runDetect({ csv: out, out })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(detect('a,b\n1,2\n', { separator: ';;' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('decimal marks', () => {
  const rows = (cells: (row: number) => string, count = 60) =>
    Array.from({ length: count }, (_, row) => cells(row)).join('\n');

  it.each<[string, string, (row: number) => string]>([
    ['commas', 'time;p;t', (row) => `${at(row)};1,${row % 5};2${row % 3},5`],
    ['points between semicolons', 'time;p;t', (row) => `${at(row)};1.${row % 5};2${row % 3}.5`],
    ['a column of each', 'time;p;t', (row) => `${at(row)};1,${row % 5};2${row % 3}.5`],
    ['points between commas', 'time,p,t', (row) => `${at(row)},1.${row % 5},2${row % 3}.5`],
  ])('%s are read', async (_, header, cells) => {
    const { summary } = await detect(`${header}\n${rows(cells)}\n`);
    expect(summary).toMatchObject({ sensors: ['p', 't'], badCells: 0, missingCells: 0, passedOn: [] });
  });

  /** The scores of a counter with the cells as written, which do not depend on how numbers are written. */
  const scoresOf = async (cells: (row: number) => string, options: Partial<DetectOptions> = {}) => {
    const { lines } = await detect(`time;n;p\n${rows(cells, 500)}\n`, options);
    return lines.slice(1).map((line) => line.split(';')[3]);
  };

  it('a thousand is a thousand where the other numbers have commas', async () => {
    const plain = await scoresOf((row) => `${at(row)};${900 + row};${row % 7}.5`);
    const german = (row: number) =>
      row < 100 ? String(900 + row) : `1.${String(row - 100).padStart(3, '0')}`;
    expect(await scoresOf((row) => `${at(row)};${german(row)};${row % 7},5`)).toEqual(plain);
  });

  it('a number that can be two is asked about, unless the mark is given', async () => {
    const text = `time;n\n${rows((row) => `${at(row)};1.${100 + row}`)}\n`;
    await expect(detect(text)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('--decimal'),
    });
    for (const decimal of ['.', ','] as const)
      expect((await detect(text, { decimal })).summary).toMatchObject({ sensors: ['n'], badCells: 0 });
  });
});
