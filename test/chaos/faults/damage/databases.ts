/** Damage to the cloud's databases, done between kill -9 and start. */
import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Draw } from '../../draw/draw.ts';
import type { Site } from '../../site/site.ts';
import type { Fault, Plan } from '../fault.ts';
import type { FileDamage } from './files.ts';

/** Damage to a file that must not be replaced by an empty one: the cloud refuses to start until it is restored. */
function indispensable(
  kind: string,
  code: string,
  files: (site: Site) => string[],
  only: Fault['unavailable'],
): Fault {
  return {
    kind,
    target: 'cloud',
    ...(only && { unavailable: only }),
    plan(draw) {
      const how = draw.pick(['truncated', 'zero-filled', 'garbage'] as const);
      const seed = draw.int(0, 2 ** 30);
      return {
        text: `kill -9 cloud, database header ${how}, start (must refuse), put it back, start`,
        async run({ site, expect }) {
          await site.cloud.kill9();
          const paths = files(site).filter((path) => existsSync(path));
          for (const path of paths) copyFileSync(path, `${path}.kept`);
          damageHeader(paths[0]!, how, new Draw(seed));
          const refusal = await site.cloud.refusal();
          for (const path of paths) copyFileSync(`${path}.kept`, path);
          await site.cloud.start();
          expect(`cloud: refuses a damaged database with ${code}`, () => {
            if (refusal === null) return 'it started';
            return refusal.includes(code) ? null : refusal.slice(0, 1_500);
          });
        },
      };
    },
  };
}

/** Damages the beginning of a database file, without which no database can be opened. */
function damageHeader(path: string, how: FileDamage, draw: Draw): void {
  if (how === 'truncated') return truncateSync(path, draw.int(1, 4_000));
  const bytes = readFileSync(path);
  const damage = how === 'garbage' ? draw.bytes(3 * 4_096) : Buffer.alloc(3 * 4_096);
  damage.copy(bytes, 0);
  writeFileSync(path, bytes);
}

const operations = indispensable(
  'operations-damaged',
  'OPERATIONS_DAMAGED',
  ({ cloudDir }) => [join(cloudDir, 'operations', 'data.mdb')],
  undefined,
);

const telemetry = indispensable(
  'embedded-store-damaged',
  'STORE_UNREADABLE',
  ({ cloudDir }) => ['telemetry.duckdb', 'telemetry.duckdb.wal'].map((name) => join(cloudDir, name)),
  (site) => (site.influxd ? 'the store is InfluxDB' : null),
);

const pageBytes = 4_096;

/** lmdb maps the file and has no checksums: reading a damaged page would end the process. */
const operationsPage: Fault = {
  kind: 'operations-page-damaged',
  target: 'cloud',
  plan(draw) {
    const how = draw.pick(['zeros', 'garbage', 'another page', 'flipped bits'] as const);
    const [share, seed] = [draw.share(), draw.int(0, 2 ** 30)];
    if (how === 'flipped bits') return flippedWatermarks(share);
    return {
      text: `kill -9 cloud, ${how} instead of a page of its database, start (must refuse if the page is used), put it back, start`,
      async run({ site, expect, say }) {
        const path = join(site.cloudDir, 'operations', 'data.mdb');
        await site.cloud.kill9();
        copyFileSync(path, `${path}.kept`);
        const bytes = readFileSync(path);
        const pages = bytes.length / pageBytes;
        const number = 2 + Math.floor(share * (pages - 2));
        const page = bytes.subarray(number * pageBytes, (number + 1) * pageBytes);
        if (how === 'zeros') page.fill(0);
        else if (how === 'garbage') new Draw(seed).bytes(pageBytes).copy(page);
        else bytes.copy(page, 0, (number === 2 ? 3 : 2) * pageBytes, (number === 2 ? 4 : 3) * pageBytes);
        writeFileSync(path, bytes);
        const refusal = await site.cloud.refusal();
        if (refusal === null) say(`page ${number} is not in use`);
        copyFileSync(`${path}.kept`, path);
        await site.cloud.start();
        expect(
          'cloud: refuses a database with a damaged page with OPERATIONS_DAMAGED, not with a signal',
          () => (refusal === null || refusal.includes('OPERATIONS_DAMAGED') ? null : refusal.slice(0, 1_500)),
        );
      },
    };
  },
};

/** Damage to the watermarks, which say which batches are stored: one that is too high acknowledges batches unstored. */
function flippedWatermarks(share: number): Plan {
  return {
    text: 'kill -9 cloud, flip a bit in every watermark of its database, start',
    async run({ site, expect }) {
      const path = join(site.cloudDir, 'operations', 'data.mdb');
      await site.cloud.kill9();
      const bytes = readFileSync(path);
      const rows = [...bytes.toString('latin1').matchAll(/(?<="seq":)\d+(?=,"movedMs")/g)];
      for (const { 0: digits, index } of rows) {
        // The result is another number, without a leading zero.
        const at = index + Math.min(digits.length - 1, 1 + Math.floor(share * (digits.length - 1)));
        bytes[at]! ^= 1;
      }
      writeFileSync(path, bytes);
      const mark = site.cloud.lastLog;
      await site.cloud.start();
      const logged = site.cloud.logsSince(mark).some(({ text }) => text.includes('watermarks are damaged'));
      expect('cloud: logs that watermarks are damaged, and trusts none of them', () => {
        if (rows.length === 0) return 'no watermark was found to damage';
        return logged ? null : 'nothing in its log';
      });
    },
  };
}

/** Follows the advice of OPERATIONS_DAMAGED for the case without a backup. Resent batches must not be stored twice. */
const operationsLost: Fault = {
  kind: 'operations-lost',
  target: 'cloud',
  plan: () => ({
    text: 'kill -9 cloud, remove its database of watermarks, alerts and events, start',
    async run({ site, allow, losesEvents }) {
      allow('alerts-unknown');
      await site.cloud.kill9();
      losesEvents();
      rmSync(join(site.cloudDir, 'operations'), { recursive: true, force: true });
      await site.cloud.start();
    },
  }),
};

const [duckHeadBytes, duckBlockBytes] = [12_288, 262_144];

/** DuckDB checks a block's checksum when it reads it: it may refuse to open, or lack the content of the block. */
const storeBlock: Fault = {
  kind: 'embedded-store-block-damaged',
  target: 'cloud',
  unavailable: (site) => (site.influxd ? 'the store is InfluxDB' : null),
  plan(draw) {
    const share = draw.share();
    return {
      text: 'stop cloud, damage a block of its store, start (must refuse, or run without it), kill -9, put it back, start',
      async run({ site, targets, expect, say }) {
        if (targets.has('link'))
          return say('left out: nothing may be confirmed meanwhile, but another fault uses the link');
        const path = join(site.cloudDir, 'telemetry.duckdb');
        site.link.cut();
        await site.cloud.stop();
        const whole = readFileSync(path);
        const blocks = Math.floor((whole.length - duckHeadBytes) / duckBlockBytes);
        const at = duckHeadBytes + Math.floor(share * blocks) * duckBlockBytes;
        const bytes = Buffer.from(whole).fill(0x5a, at + 1_000, at + 3_000);
        writeFileSync(path, bytes);
        const refusal = await site.cloud.refusal();
        say(refusal === null ? 'it runs without it' : 'it refuses to start');
        writeFileSync(path, whole);
        rmSync(`${path}.wal`, { force: true });
        site.link.heal();
        await site.cloud.start();
        expect('cloud: refuses an unusable store with STORE_UNREADABLE and advice', () =>
          refusal === null || /STORE_UNREADABLE|restore a backup/.test(refusal)
            ? null
            : refusal.slice(0, 1_500),
        );
      },
    };
  },
};

/** Ends of DuckDB's log after a power cut in the middle of a write. Nothing of that write had been confirmed. */
const logEnds = {
  'only zeros': (_: Buffer, draw: Draw) => Buffer.alloc(draw.int(1, 20_000)),
  'a write with zeros for its last sectors': (last: Buffer) => Buffer.from(last).fill(0, last.length >> 1),
  'a part of a write': (last: Buffer, draw: Draw) => last.subarray(0, draw.int(1, last.length - 1)),
};

const torn: Fault = {
  kind: 'embedded-store-torn',
  target: 'cloud',
  unavailable: (site) => (site.influxd ? 'the store is InfluxDB' : null),
  plan(draw) {
    const style = draw.pick(Object.keys(logEnds) as (keyof typeof logEnds)[]);
    const seed = draw.int(0, 2 ** 30);
    return {
      text: `kill -9 cloud, append ${style} to the store’s log, start`,
      async run({ site, expect, say }) {
        await site.cloud.kill9();
        const path = join(site.cloudDir, 'telemetry.duckdb.wal');
        const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
        const mark = site.cloud.lastLog;
        const last = lastTransaction(log);
        if (last) writeFileSync(path, Buffer.concat([log, logEnds[style](last, new Draw(seed))]));
        else say('the log is still empty, or was being written into the database');
        await site.cloud.start();
        const logged = site.cloud.logsSince(mark).some(({ text }) => text.includes('cut off the torn end'));
        expect('cloud: logs that its store’s log had a torn end', () =>
          logged || !last || style === 'a part of a write' ? null : 'nothing in its log',
        );
      },
    };
  },
};

/**
 * Each entry is a length (8 bytes), a checksum (8) and that many bytes; the last entry of a transaction is short. Null
 * for a log that ends with the mark of a checkpoint, which DuckDB never writes twice into one log.
 */
export function lastTransaction(log: Buffer): Buffer | null {
  const [firstEntry, head, commitBytes, kindAt, checkpoint] = [8, 16, 5, 2, 99];
  let from = firstEntry;
  let last: Buffer | null = null;
  for (let at = firstEntry; at + head <= log.length; ) {
    const length = Number(log.readBigUInt64LE(at));
    at += head + length;
    if (length !== commitBytes || at > log.length) continue;
    last = log.subarray(from, at);
    from = at;
  }
  if (last?.[head + kindAt] === checkpoint) return null;
  return last;
}

export const databaseFaults: Fault[] = [
  operations,
  operationsPage,
  operationsLost,
  telemetry,
  storeBlock,
  torn,
];
