import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Doubt, Lesson } from '../../../../gateway/ports/retiring.ts';

import { runInside } from '../../run-command.testing.ts';

const lessons: Lesson[] = [];
const queries: string[] = [];
const tokens = new Map<string, string | undefined>();
let server: Server;
let url = '';
let isSaved = true;
let over: Partial<typeof outcome> = {};
let refusal: string | null = null;
const dir = mkdtempSync(join(tmpdir(), 'harbinger-teach-'));

const outcome = {
  ...{
    isKnown: true,
    isTaught: true,
    rows: 7,
    atRest: 2,
    leftOut: 0,
    ...{
      withoutTime: 0,
      ofFuture: 0,
      unknownSensors: [],
      emptySensors: [] as string[],
      doubts: [] as Doubt[],
    },
    fromMs: 1,
    toMs: 2,
  },
  learning: { days: 3, needed: 7 },
};

/** Answers as a gateway and a cloud do. */
function answerTo(path: string, body: string): unknown {
  if (path.startsWith('/api/machines?'))
    return {
      machines: [
        { site: 'hall', machine: 'press', machineType: 'press', sender: '', sensors: ['heat', 'mode'] },
      ],
    };
  if (path === '/api/query') {
    queries.push((JSON.parse(body) as { sql: string }).sql);
    const isFirst = queries.length === 1;
    const rows = isFirst ? [[1_700_000_000_000, 'AUTO', 'x', 20.5]] : [[1_700_000_060_000, null, 'x', 21]];
    return { columns: ['at_ms', 'mode_text', 'site', 'heat'], rows, truncated: isFirst };
  }
  lessons.push(JSON.parse(body) as Lesson);
  return { ...outcome, isSaved, ...over };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    tokens.set((request.url ?? '').split('?')[0]!, request.headers.authorization);
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      const answer = answerTo(request.url ?? '', body);
      const isRefused = refusal !== null && request.url === '/api/machines/teach';
      if (isRefused) response.statusCode = 409;
      response.end(
        JSON.stringify(isRefused ? { error: { code: 'TEACHING_UNKNOWN', message: refusal } } : answer),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

describe('harbinger machines teach', () => {
  it('sends the rows of a CSV in lessons, with numbers, texts and what is absent', async () => {
    const file = join(dir, 'history.csv');
    const rows = Array.from(
      { length: 2_500 },
      (_, i) => `${1_700_000_000_000 + i * 60_000};20,5;AUTO;${i % 2 ? '' : 7}`,
    );
    writeFileSync(file, ['timestamp_ms;heat;mode;humidity', ...rows].join('\n'));
    const { status, stdout } = await runInside([
      'machines',
      'teach',
      'hall/press',
      '--from',
      file,
      '--url',
      url,
    ]);
    expect(stdout).toBe(
      'hall/press: learnt from 7 rows (2 at rest); how its sensors go together needs 7 days, of which 3 are known\n',
    );
    expect(status).toBe(0);
    expect(lessons.map(({ isFirst, isLast, rows: { length } }) => [isFirst, isLast, length])).toEqual([
      [true, false, 1_000],
      [false, false, 1_000],
      [false, true, 500],
    ]);
    expect(new Set(lessons.map(({ teaching }) => teaching)).size).toBe(1);
    expect(lessons[0]).toMatchObject({ sensors: ['heat', 'mode'] });
    expect(lessons[0]!.rows[1]).toEqual([1_700_000_060_000, 20.5, 'AUTO']);
  });

  it('asks the cloud page by page', async () => {
    lessons.length = 0;
    const { status } = await runInside(['machines', 'teach', 'hall/press', '--url', url, '--cloud-url', url]);
    expect(status).toBe(0);
    expect(lessons).toMatchObject([
      {
        rows: [
          [1_700_000_000_000, 20.5, 'AUTO'],
          [1_700_000_060_000, 21, null],
        ],
        isLast: true,
      },
    ]);
    expect(queries[1]).toContain('epoch_ms(time::TIMESTAMP) > 1700000000000 order by time');
  });

  it('refuses a machine that is not known, and a file without times', async () => {
    const file = join(dir, 'history.csv');
    writeFileSync(file, 'heat\n5\n');
    const strange = await runInside(['machines', 'teach', 'hall/other', '--from', file, '--url', url]);
    expect(strange).toMatchObject({ status: 1, stderr: 'the gateway does not know hall/other\n' });
    const timeless = await runInside(['machines', 'teach', 'hall/press', '--from', file, '--url', url]);
    expect(timeless.stderr).toMatch(/needs a column time, timestamp/);
    expect(timeless.status).toBe(2);
  });

  it('says why the gateway does not go on, with the exit code 1', async () => {
    refusal = 'the teaching of hall/press has ended: teach it again';
    const outcome = await runInside(['machines', 'teach', 'hall/press', '--url', url, '--cloud-url', url]);
    refusal = null;
    expect(outcome.stderr).toMatch(/the teaching of hall\/press has ended: teach it again/);
    expect(outcome.status).toBe(1);
  });

  it('says that it is not saved, with the exit code 1', async () => {
    isSaved = false;
    const taught = await runInside(['machines', 'teach', 'hall/press', '--url', url, '--cloud-url', url]);
    isSaved = true;
    expect(taught.stdout).toMatch(/learnt from 7 rows/);
    expect(taught.stderr).toMatch(/could not be saved yet/);
    expect(taught.status).toBe(1);
  });

  /** Teaches from a file of these lines, with this answer of the gateway. */
  async function taughtFrom(lines: string[], answer: typeof over) {
    const file = join(dir, 'some.csv');
    writeFileSync(file, lines.join('\n'));
    over = answer;
    const done = await runInside(['machines', 'teach', 'hall/press', '--from', file, '--url', url]);
    over = {};
    return done;
  }

  it('says which columns it leaves out, and which sensors have no value', async () => {
    const lines = ['ts,Heat,mode,humidity,', '2026-01-01T00:00:00Z,20,AUTO,5,1'];
    const { status, stderr } = await taughtFrom(lines, { emptySensors: ['heat', 'never sent'] });
    expect(stderr).toBe(
      'left out, since the machine has no such sensor (case matters): Heat, humidity\nheat has no value in this history\n',
    );
    expect(status).toBe(0);
  });

  it('says what is wrong with the times', async () => {
    const lines = ['ts,heat', '01.02.2026,20', '02.02.2026,21'];
    const untaught = { isTaught: false, rows: 0, atRest: 0 };
    const unread = await taughtFrom(lines, { ...untaught, leftOut: 2, withoutTime: 2 });
    expect(unread.stderr).toBe(
      'hall/press: no time could be read in column ts, e.g. 01.02.2026; 0 rows are too few to learn what is normal; what it has learnt stays\n',
    );
    expect(unread.status).toBe(1);
    const some = { ...untaught, rows: 1, leftOut: 27_840, withoutTime: 1, ofFuture: 39 };
    const { stderr } = await taughtFrom(lines, some);
    expect(stderr).toContain('1 of 27,841 rows is without a time that can be read in column ts');
    expect(stderr).toContain('27,800 of 27,841 rows are out of order: the oldest row must be the first');
    expect(stderr).toContain('39 of 27,841 rows are of the future; 1 row is too few');
    const taught = await taughtFrom(lines, { leftOut: 3 });
    expect(taught.stderr).toBe('left out: 3 of 12 rows are out of order: the oldest row must be the first\n');
  });

  it('says why a history is doubtful and what to do, and teaches it if a person is sure', async () => {
    const lines = ['ts,heat', '2026-01-01T00:00:00Z,20'];
    const doubts: Doubt[] = [
      { sensor: 'heat', is: 'elsewhere', low: 18_000, high: 23_000, nowLow: 18, nowHigh: 23 },
      { sensor: 'mode', is: 'constant', low: 1, high: 1, nowLow: 0, nowHigh: 7 },
    ];
    const refused = await taughtFrom(lines, { isTaught: false, doubts });
    expect(refused.stderr).toBe(
      'hall/press: it was not taught: heat is between 18,000 and 23,000 in this history and between 18 and 23 here, about 1,000 times as much; ' +
        'mode is always 1 in this history and between 0 and 7 here; what it has learnt stays. ' +
        'Give a history of this machine in the units that it sends, or repeat the command with --anyway if this one is right\n',
    );
    expect(refused.status).toBe(1);
    lessons.length = 0;
    const file = join(dir, 'some.csv');
    over = { doubts: [doubts[0]!] };
    const taught = await runInside([
      ...['machines', 'teach', 'hall/press', '--from', file, '--url', url, '--anyway'],
    ]);
    over = {};
    expect(lessons.at(-1)).toMatchObject({ isLast: true, isSure: true });
    expect(taught.stderr).toContain('taught all the same: heat is between 18,000 and 23,000');
    expect(taught.status).toBe(0);
    const empty = { isTaught: false, rows: 27_840, emptySensors: ['heat'] };
    expect((await taughtFrom(lines, empty)).stderr).toContain(
      'no sensor has enough values in the 27,840 rows of this history (heat: none, or none within the range of its type); what it has learnt stays',
    );
  });

  it('asks the cloud with a token of its own', async () => {
    tokens.clear();
    const both = ['--token', 'of-gateway', '--cloud-token', 'of-cloud'];
    const { status } = await runInside([
      ...['machines', 'teach', 'hall/press', '--url', url, '--cloud-url', url, ...both],
    ]);
    expect(status).toBe(0);
    expect(Object.fromEntries(tokens)).toEqual({
      '/api/machines': 'Bearer of-gateway',
      '/api/query': 'Bearer of-cloud',
      '/api/machines/teach': 'Bearer of-gateway',
    });
  });
});
