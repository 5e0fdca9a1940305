import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { openJournals } from '../../../gateway/journal/journal-set.ts';
import { lanes } from '../../../shared/contract/lanes.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { Ledger, type LedgerJson } from '../../load/record/ledger.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { copyDisk, diskLogger, LoggedDisk, mounted } from '../../support/power/logged-disk.ts';
import { flushedOf, Replay, readWrites } from '../../support/power/write-log.ts';
import { createSite, drained, type Site } from '../site.ts';
import { embeddedReadings, type StoredReading } from '../stored.ts';

const logger = await diskLogger();
const noLogger = reasonToSkip(logger);
/** As a variable, so that a person can ask for more of them, and for others. */
const cuts = Number(process.env.HARBINGER_POWER_CUTS ?? 40);
const seed = Number(process.env.HARBINGER_POWER_SEED ?? 17);
const readings = 6_000;

let dir: string;
let site: Site | null = null;
let disk: LoggedDisk | null = null;

afterEach(async () => {
  await site?.gateway.stop();
  await disk?.unmount();
  await site?.dispose();
  rmSync(dir, { recursive: true, force: true });
});

/** Acknowledgements that had arrived when the log of the disk had so many bytes. */
interface Promised {
  position: number;
  ledger: LedgerJson;
}

/** Has a gateway take readings on the disk. Returns what it had promised at which moments. */
async function take(on: Site, onto: LoggedDisk): Promise<Promised[]> {
  const promised: Promised[] = [];
  const load = new LoadGenerator({
    port: on.gateway.mqttPort,
    connections: 20,
    qos: 1,
    rate: 1_500,
    total: readings,
  });
  // The ledger is read before the log, so that the log has every write that the ledger relies on.
  const note = () => {
    const ledger = load.ledger.toJson();
    promised.push({ position: onto.position, ledger });
  };
  const noting = setInterval(note, 20);
  await load.start();
  const { end } = await load.finished;
  clearInterval(noting);
  note();
  expect(end).toBe('complete');
  return promised;
}

/** As Linux counts them: whole pages of files. */
function bytesWrittenBy(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** Every reading in the journal of a gateway, which is opened as the gateway does. */
async function journalled(dataDir: string): Promise<StoredReading[]> {
  const journals = await openJournals({
    dir: join(dataDir, 'journal'),
    lanes,
    limits: { bytesMax: 1 << 30, whenFull: 'drop-oldest' },
    clock: systemClock,
    log: silentLog,
    onLoss: () => undefined,
  });
  const found: StoredReading[] = [];
  const lane = journals.lane('readings');
  for (let after = 0; ; ) {
    const blocks = await lane.read(after, 1 << 20);
    if (blocks.length === 0) break;
    for (const { codec, body } of blocks) {
      const text = (codec === 'gzip' ? gunzipSync(body) : Buffer.from(body)).toString('utf8');
      for (const line of text.split('\n')) {
        const [, machine] = /[,]machine=([^, ]+)/.exec(line) ?? [];
        const [, seq] = /[ ,]cycles=(\d+)/.exec(line) ?? [];
        if (machine !== undefined && seq !== undefined) found.push([machine, Number(seq)]);
      }
    }
    after = blocks.at(-1)!.seq;
  }
  await journals.stop();
  return found;
}

it.skipIf(noLogger !== null)(
  `a power cut at any write, ${cuts} times, loses no reading that was acknowledged`,
  { tags: ['long'], timeout: 1_800_000 },
  async () => {
    if ('unavailable' in logger) throw new Error(logger.unavailable);
    dir = mkdtempSync(join(tmpdir(), 'harbinger-power-'));
    site = await createSite();
    disk = new LoggedDisk(dir, logger);
    await disk.mountAt(site.gatewayDir);
    await site.gateway.start();
    const before = bytesWrittenBy(site.gateway.pid);
    const promised = await take(site, disk);
    const own = bytesWrittenBy(site.gateway.pid) - before;
    await site.gateway.kill9();
    await disk.unmount();

    const writes = readWrites(disk.log);
    const from = writes.findIndex(({ end }) => end >= promised[0]!.position);
    const random = seededRandom(seed);
    const at = Array.from({ length: cuts }, () => from + Math.floor(random.next() * (writes.length - from)));
    const [kept, cut, folder] = ['kept.img', 'cut.img', 'mounted'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    copyDisk(disk.initial, kept);
    mkdirSync(folder);
    let done = 0;
    let promisedMost = 0;
    for (const count of at.sort((a, b) => a - b)) {
      const flushed = flushedOf(writes, count);
      const durable = new Replay(disk.log, kept);
      durable.whole(writes.slice(done, flushed));
      durable.close();
      done = flushed;
      copyDisk(kept, cut);
      const rest = new Replay(disk.log, cut);
      rest.torn(writes.slice(flushed, count), random);
      rest.close();
      const end = writes[count - 1]!.end;
      const ledger = promised.findLast(({ position }) => position <= end)?.ledger ?? { machines: [] };
      const found = await mounted(cut, folder, () => journalled(folder));
      const { lost, repeated } = Ledger.fromJson(ledger).compare(found);
      expect({ lost, repeated }, `power cut after write ${count} of ${writes.length}`).toEqual({
        lost: [],
        repeated: [],
      });
      promisedMost = Math.max(promisedMost, Ledger.fromJson(ledger).ackedCount);
    }
    const bytes = writes.slice(from).reduce((sum, write) => sum + write.bytes, 0);
    const flushes = writes.slice(from).filter(({ flush }) => flush).length;
    console.log(
      `written a message: ${Math.round(own / readings)} bytes by the gateway, ${Math.round(bytes / readings)} by ext4 to the disk, in ${flushes} flushes`,
    );
    console.log(
      `${cuts} cuts within ${writes.length - from} writes and flushes; up to ${promisedMost} of ${readings} readings were acknowledged`,
    );

    // The check can fail: against all that was acknowledged at the end, the disk of the first cut has too little.
    const all = Ledger.fromJson(promised.at(-1)!.ledger);
    const early = new Replay(disk.log, join(dir, 'initial.img'));
    early.whole(writes.slice(0, flushedOf(writes, from + Math.floor((writes.length - from) / 2))));
    early.close();
    const half = await mounted(disk.initial, folder, () => journalled(folder));
    expect(all.compare(half).lostCount).toBeGreaterThan(0);

    // The gateway itself starts on the last disk that was cut, and brings everything to its cloud, once.
    const lastEnd = writes[at.at(-1)! - 1]!.end;
    const last = promised.findLast(({ position }) => position <= lastEnd)!;
    await mounted(cut, site.gatewayDir, async () => {
      await site!.cloud.start();
      await site!.gateway.start();
      await drained(site!);
      const { lost, repeated } = Ledger.fromJson(last.ledger).compare(await embeddedReadings(site!.cloud));
      expect({ lost, repeated }).toEqual({ lost: [], repeated: [] });
      await site!.gateway.stop();
    });
  },
);
