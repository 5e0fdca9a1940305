/**
 * Lines that no gateway writes, and a real InfluxDB 1: some of them end the server, or make it refuse everything after
 * its next start. They must not reach it, and what gateways do write must.
 */

import { describe, expect, test } from 'vitest';
import type { ReadingStore, StoreBatch } from '../../../cloud/ports/store.ts';
import type { Checked } from '../../../cloud/sink/checked.ts';
import { readEvents } from '../../../cloud/sink/event-lines.ts';
import { TelemetryReader } from '../../../cloud/sink/telemetry.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { stringField } from '../../../shared/contract/line-protocol.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { batchOf, epochMs, pumpLine } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';

const never = new AbortController().signal;
const noInfluxd = reasonToSkip(await influxdBinary());

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** A line, with one byte for each character. */
const line = (i: number, fields: string, time = `${epochMs + i * 1000}000000`) =>
  bytes(`pump,gateway=gw1,machine=m1,site=plant ${fields} ${time}`);
const good = (i: number) => Buffer.from(pumpLine(i));

const hostile: [string, Buffer][] = [
  ['an escaped backslash as a name', line(0, '\\\\="x"')],
  ['a backslash as a name', line(0, '\\="x"')],
  ['a name that ends with a backslash', line(0, 'a\\=1')],
  ['escapes in a name', line(0, 'a\\ b\\,c\\=d=1')],
  ...['time', 'gateway', 'machine', 'site'].map((name): [string, Buffer] => [
    `a field ${name}`,
    line(0, `${name}=1,rpm=1`),
  ]),
  ['a byte 0xff as a name', line(0, '\xff=1')],
  ['a byte 0xff in a name', line(0, 'a\xff=1')],
  ['a zero byte in a name', line(0, 'a\0b=1')],
  ['a control character in a name', line(0, 'a\x01=1')],
  ['a tab in a name', line(0, 'a\tb=1')],
  ['a carriage return in a name', line(0, 'a\r=1')],
  ['a name of UTF-8', line(0, 'temp\xc3\xa9rature=1')],
  ['no name', line(0, '=1')],
  ['a name of 65 characters', line(0, `${'a'.repeat(65)}=1`)],
  ['a name of 64 KiB', line(0, `${'a'.repeat(65_536)}=1`)],
  ['a name that begins with an underscore', line(0, '_field=1')],
  ['a quote in a name', line(0, 'a"b=1')],
  ['a quote that does not close', line(0, 'a="x')],
  ['a text that ends with a backslash', line(0, 'a="x\\"')],
  ['a text that is not UTF-8', line(0, 'a="\xff\xfe"')],
  ['a text', line(0, 'a="x"')],
  ['a text of 100 KB', line(0, `a="${'x'.repeat(100_000)}"`)],
  ['an integer', line(0, 'rpm=1i')],
  ['an unsigned integer', line(0, 'rpm=1u')],
  ['a truth value', line(0, 'rpm=true')],
  ['NaN', line(0, 'rpm=NaN')],
  ['infinity', line(0, 'rpm=+Inf')],
  ['a number beyond all doubles', line(0, 'rpm=1e999')],
  ['a hexadecimal number', line(0, 'rpm=0x10')],
  ['a number with a plus', line(0, 'rpm=+1')],
  ['a number with nothing before the point', line(0, 'rpm=.5')],
  ['a number with nothing behind the point', line(0, 'rpm=5.')],
  ['an exponent without digits', line(0, 'rpm=1e')],
  ['a number of 100,000 digits', line(0, `rpm=${'1'.repeat(100_000)}`)],
  ['no value', line(0, 'rpm=')],
  ['no fields', line(0, '')],
  ['a comma at the end', line(0, 'rpm=1,')],
  ['two commas', line(0, 'rpm=1,,b=2')],
  ['3,000 fields', line(0, Array.from({ length: 3_000 }, (_, i) => `f${i}=1`).join(','))],
  ['no time', bytes('pump,gateway=gw1,machine=m1,site=plant rpm=1')],
  ['a time that is too late', line(0, 'rpm=1', '9223372036854775807')],
  ['a time that is too early', line(0, 'rpm=1', '-9223372036854775807')],
  ['a time of 20 digits', line(0, 'rpm=1', '17000000000000000000')],
  ['something behind the time', line(0, 'rpm=1', '1700000000000000000 1')],
  ['two blanks', line(0, ' rpm=1')],
];

function check(lines: Buffer[], lane: Lane = 'readings'): Checked {
  const raw = Buffer.concat(lines.flatMap((one) => [one, bytes('\n')]));
  return new TelemetryReader('gw1', lane).read([{ seq: 1, lines: lines.length, bytes: raw.length }], raw);
}

function batchFrom({ blocks, raw }: Checked, firstSeq: number, lane: Lane = 'readings'): StoreBatch {
  const base = batchOf({ blocks: [['']], firstSeq, gzip: false });
  return { ...base, lane, blocks: blocks.map((block) => ({ ...block, seq: firstSeq })), raw };
}

describe.skipIf(noInfluxd !== null)('a gateway’s credential and a real InfluxDB 1 (needs influxd)', () => {
  async function withServer(use: (server: Influxd, store: ReadingStore) => Promise<void>): Promise<void> {
    const server = await startInfluxd();
    const store = influxStoreAt(server.url);
    try {
      await store.start();
      await use(server, store);
    } finally {
      await store.stop();
      await server.stop();
    }
  }

  test('each hostile line is refused alone; the server takes the rest, before and after restarts', async () => {
    await withServer(async (server, store) => {
      const lines = hostile.flatMap(([, one], i) => [good(2 * i), one, good(2 * i + 1)]);
      const checked = check(lines);
      const count = 2 * hostile.length;
      expect(checked.refused).toMatchObject([{ code: 'CONTENT_LINE', count: hostile.length }]);
      expect(checked.lines).toBe(count);
      expect(await store.write(batchFrom(checked, 1), never)).toEqual({ rejected: [] });
      await server.halt();
      await server.restart();
      expect(await store.write(batchFrom(check([good(count)]), 2), never)).toEqual({ rejected: [] });
      await server.kill9();
      await server.restart();
      expect(await store.write(batchFrom(check([good(count + 1)]), 3), never)).toEqual({ rejected: [] });
      expect(await store.counts()).toEqual({ pump: count + 2 });
      const range = { fromMs: epochMs, toMs: epochMs + count * 1_000, pointsMax: 1_000 };
      const points = await store.series({ measurement: 'pump', site: 'plant', machine: 'm1', ...range });
      expect(points).toHaveLength(count + 1);
    });
  });

  test('a field that the database has with another type is refused alone; the rest of its lines is stored', async () => {
    await withServer(async (server, store) => {
      // As another program, or an earlier version of Harbinger for a hostile gateway, may have written it.
      const weekMs = 7 * 86_400_000;
      const earlier = [pumpLine(0, 'a="x"'), pumpLine(0, 'b=true')].map((text) => Buffer.from(text));
      const base = batchFrom(check([good(0)]), 1);
      await store.write({ ...base, raw: Buffer.concat(earlier.map((one) => bytes(`${one}\n`))) }, never);
      const at = (i: number) => `${epochMs + i * 1000}000000`;
      const later = `${epochMs + weekMs}000000`;
      const checked = check([
        ...Array.from({ length: 500 }, (_, i) => line(i, `a=${i},rpm=${i},b=${i}`, at(i))),
        line(0, 'a=1', at(600)),
        line(0, 'rpm=1', at(601)),
        line(0, 'a=1,rpm=2', later),
      ]);
      expect(checked.refused).toEqual([]);
      const { rejected } = await store.write(batchFrom(checked, 2), never);
      const fields = new Map<string, number>();
      for (const { line: text, reason } of rejected) {
        const name = /plant (\w+)=[\d.]+ \d+$/.exec(text)?.[1] ?? text;
        fields.set(name, (fields.get(name) ?? 0) + 1);
        expect(reason).toContain('field type conflict');
      }
      expect([...fields].sort()).toEqual([
        ['a', 501],
        ['b', 500],
      ]);
      const { results } = await server.query('SELECT count(rpm), sum(rpm) FROM pump', 'plant');
      expect(results[0]!.series![0]!.values[0]!.slice(1)).toEqual([502, (499 * 500) / 2 + 3]);
      // Another shard has no text in that field, so there the number is good.
      const week = await server.query(`SELECT a FROM pump WHERE time >= ${later}`, 'plant');
      expect(week.results[0]!.series![0]!.values.map(([, a]) => a)).toEqual([1]);
    });
  });

  test('whatever gateways write is stored as it was, also after restarts', async () => {
    await withServer(async (server, store) => {
      const numbers = [0, -1, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53, 1 / 3];
      const names = ['a', 'A', '0', 'x'.repeat(64), 'a.b-c_d', '1e5', 'true'];
      const readings = [
        ...numbers.map((value, i) => line(i, `rpm=${value}`)),
        ...names.map((name, i) => line(100 + i, `${name}=${i}`)),
        line(200, 'rpm=1E+10,b=-0,c=0.10,d=00'),
        line(201, 'rpm=1,rpm=1'),
        line(202, 'rpm=7', '0000000'),
        line(203, 'rpm=8', '-1000000'),
      ];
      const texts = [
        '',
        'cycles',
        'ends with \\',
        '\\\\',
        'a "quoted" text',
        'ü 木 🔧',
        'two\nlines\0',
        'a,b=c d',
      ];
      const prefix = 'estimate,gateway=gw1,machine=m1,site=plant';
      const estimates = texts.map((text, i) =>
        Buffer.from(
          `${prefix} health=0.5,source=${stringField(text)},unit=${stringField(text)} ${epochMs + i * 1000}000000`,
        ),
      );
      const eventIds = [...texts.slice(1), '\xff', '\ud800', '\x7f\x1b[31m'];
      const events = eventIds.map((id, i) =>
        JSON.stringify({
          specversion: '1.0',
          id,
          source: '/gateways/gw1',
          type: 'harbinger.unknown.v9',
          time: new Date(epochMs + i * 1000).toISOString(),
          subject: 'plant/m1',
          datacontenttype: 'application/json',
          data: { text: id, long: 'x'.repeat(200_000) },
        }),
      );
      const eventText = Buffer.from(`${events.join('\n')}\n`);
      const checked: [Lane, Checked][] = [
        ['readings', check(readings)],
        ['estimates', check(estimates, 'estimates')],
        [
          'events',
          await readEvents(
            'gw1',
            [{ seq: 1, lines: events.length, bytes: eventText.length }],
            eventText,
            unlimited,
          ),
        ],
      ];
      for (const [lane, one] of checked) {
        expect(one.refused).toEqual([]);
        expect(await store.write(batchFrom(one, 1, lane), never)).toEqual({ rejected: [] });
      }
      await server.halt();
      await server.restart();
      await server.kill9();
      await server.restart();
      expect(await store.counts()).toEqual({
        pump: readings.length,
        estimate: texts.length,
        event: events.length,
      });
      const asked = { site: 'plant', machine: 'm1', pointsMax: 100, toMs: epochMs + 99_000 };
      const points = await store.series({ ...asked, measurement: 'pump', fields: ['rpm'], fromMs: epochMs });
      expect(points.map(({ values }) => values.rpm)).toEqual(numbers);
      const [units] = (await server.query('SELECT unit FROM estimate', 'plant')).results[0]!.series!;
      expect(units!.values.map(([, unit]) => unit)).toEqual(
        texts.map((text) => text.replace(/[\n\0]/g, ' ')),
      );
    });
  });
});
