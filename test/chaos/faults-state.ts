/** Damage to what gateway and cloud keep beside the journal, done between kill -9 and start. */
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageFile, type FileDamage, filesIn } from './damage.ts';
import { Draw } from './draw.ts';
import { type Allowance, eventually, type Fault } from './fault.ts';
import { statusOf } from './said.ts';
import type { Site } from './site.ts';

const unreadable: FileDamage[] = ['flipped bits', 'truncated', 'zero-filled', 'garbage'];

/** Something that the gateway can do without: it starts, and what it could not read it says. */
function dispensable(options: {
  kind: string;
  what: string;
  files(site: Site): string[];
  allowance: Allowance;
  /** In the log, where the damage was seen. */
  words: string;
  /** Some damage ends the process while it reads; after so many starts the file must be set aside. Default 1. */
  startsMax?: number;
  /** Damage that may go unseen (it hit nothing that is read). */
  mayGoUnseen: boolean;
}): Fault {
  const { kind, what, files, allowance, words, mayGoUnseen, startsMax = 1 } = options;
  return {
    kind,
    target: 'gateway',
    plan(draw) {
      const how = draw.pick(unreadable);
      const [share, seed] = [draw.share(), draw.int(0, 2 ** 30)];
      return {
        text: `kill -9 gateway, ${what} ${how}, start`,
        async run({ site, allow, expect, say }) {
          allow('torn-tail', allowance);
          await site.gateway.kill9();
          const mark = site.gateway.lastLog;
          const there = files(site).filter((path) => existsSync(path));
          const path = there[Math.floor(share * there.length)];
          if (path) damageFile(path, how, new Draw(seed));
          say(path ? `damaged ${path.slice(site.gatewayDir.length + 1)}` : 'it was not there yet');
          const died = await site.gateway.startAgainAndAgain(startsMax);
          if (died > 0) say(`it died ${died} times while it started`);
          const said = site.gateway.logsSince(mark).some(({ text }) => text.includes(words));
          expect(`gateway: says that ${what} could not be read, and goes on`, () =>
            said || !path || mayGoUnseen ? null : 'nothing in its log',
          );
        },
      };
    },
  };
}

const retained = dispensable({
  kind: 'retained-damaged',
  what: 'the store of retained messages and sessions',
  files: ({ gatewayDir }) => filesIn(join(gatewayDir, 'broker')),
  allowance: 'retained-lost',
  words: 'moved aside',
  mayGoUnseen: true,
});

const letters = dispensable({
  kind: 'dead-letters-damaged',
  what: 'the dead letters',
  files: ({ gatewayDir }) => [join(gatewayDir, 'deadletters', 'letters.lmdb')],
  allowance: 'letters',
  words: 'dead letters were damaged',
  startsMax: 3,
  mayGoUnseen: true,
});

const alerts = dispensable({
  kind: 'alerts-damaged',
  what: 'the state of alerts',
  files: ({ gatewayDir }) => [join(gatewayDir, 'alerts.json')],
  allowance: 'alerts-forgotten',
  words: 'ALERT_STATE_DAMAGED',
  mayGoUnseen: true,
});

/** Something that must not be replaced by an empty one: the cloud refuses to start until it is put back. */
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

/** Where every database keeps what it needs to begin. */
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

/** How DuckDB's log ends after a power cut in the middle of a write: none of it had been confirmed. */
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
      text: `kill -9 cloud, put ${style} behind the last write in the store’s log, start`,
      async run({ site, expect, say }) {
        await site.cloud.kill9();
        const path = join(site.cloudDir, 'telemetry.duckdb.wal');
        const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
        const mark = site.cloud.lastLog;
        const last = lastTransaction(log);
        if (last) writeFileSync(path, Buffer.concat([log, logEnds[style](last, new Draw(seed))]));
        else say('nothing in the log yet');
        await site.cloud.start();
        const said = site.cloud.logsSince(mark).some(({ text }) => text.includes('cut off the torn end'));
        expect('cloud: says that its store’s log had a torn end', () =>
          said || !last || style === 'a part of a write' ? null : 'nothing in its log',
        );
      },
    };
  },
};

/** Its entries are a length (8 bytes), a checksum (8) and that many bytes; the last one of a transaction is short. */
function lastTransaction(log: Buffer): Buffer | null {
  const [firstEntry, head, commitBytes] = [8, 16, 5];
  let from = firstEntry;
  let last: Buffer | null = null;
  for (let at = firstEntry; at + head <= log.length; ) {
    const length = Number(log.readBigUInt64LE(at));
    at += head + length;
    if (length !== commitBytes || at > log.length) continue;
    last = log.subarray(from, at);
    from = at;
  }
  return last;
}

/** The model's files: the gateway refuses the model, says so, and rules decide until it is put back. */
const model: Fault = {
  kind: 'model-damaged',
  target: 'gateway',
  plan(draw) {
    const file = draw.pick(['weights.bin', 'model.json']);
    const how = draw.pick(unreadable);
    const seed = draw.int(0, 2 ** 30);
    return {
      text: `stop gateway, ${file} of the pump model ${how}, start; put it back, stop, start`,
      async run({ site, expect }) {
        const path = join(site.artefactsDir, 'pump-rul', file);
        await site.gateway.stop();
        copyFileSync(path, `${path}.kept`);
        damageFile(path, how, new Draw(seed));
        await site.gateway.start();
        const refused = await eventually(async () => {
          const { refusals, state, lastError } = (await statusOf(site)).intelligence.model;
          return refusals.length > 0 ? null : `state ${state}, no refusal; ${lastError}`;
        });
        await site.gateway.stop();
        copyFileSync(`${path}.kept`, path);
        await site.gateway.start();
        expect('gateway: refuses a damaged model and names it; takes it once it is whole', () =>
          refused !== null
            ? refused
            : eventually(async () => {
                const { refusals, state } = (await statusOf(site)).intelligence.model;
                return state === 'ready' && refusals.length === 0
                  ? null
                  : `${state}, ${refusals.length} refused`;
              }),
        );
      },
    };
  },
};

export const stateFaults: Fault[] = [retained, letters, alerts, operations, telemetry, torn, model];
