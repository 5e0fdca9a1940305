/** Power cuts: at any write of a computer that takes readings, and of one that starts for the first time. */
import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../shared/runtime/random.ts';
import { Ledger, type LedgerJson } from '../load/record/ledger.ts';
import { flushedOf, Replay, readWrites } from '../support/power/write-log.ts';
import { type Bench, secondsMax } from './bench.ts';
import { withCloud } from './cloud.ts';
import type { Guest } from './guest.ts';

const readings = 3_000;
const rate = 40;

/** All that had been acknowledged when the log of the disk had so many bytes. */
interface Promised {
  position: number;
  ledger: LedgerJson;
}

export interface CutOptions {
  bench: Bench;
  password: string;
  cuts: number;
  seed: number;
  say(text: string): void;
}

/** Shows that all that was acknowledged is at the cloud after a power cut at any write, each time. */
export async function cutsUnderLoad({ bench, password, cuts, seed, say }: CutOptions): Promise<void> {
  const initial = bench.keep(bench.at('initial.img'));
  const log = bench.at('writes.log');
  const promised = await take(bench, password, log);
  const writes = readWrites(log);
  const from = writes.findIndex(({ end }) => end >= promised[0]!.position);
  const random = seededRandom(seed);
  const at = Array.from({ length: cuts }, () => from + Math.floor(random.next() * (writes.length - from)));
  say(`${writes.length - from} writes and flushes while ${readings} readings were sent`);
  const durable = new Replay(log, initial);
  let done = 0;
  for (const [index, count] of at.sort((a, b) => a - b).entries()) {
    const flushed = flushedOf(writes, count);
    durable.whole(writes.slice(done, flushed));
    done = flushed;
    execFileSync('cp', ['--sparse=always', initial, bench.disk]);
    const rest = new Replay(log, bench.disk);
    rest.torn(writes.slice(flushed, count), random);
    rest.close();
    const end = writes[count - 1]!.end;
    const ledger = promised.findLast(({ position }) => position <= end)?.ledger ?? { machines: [] };
    const { acked, seconds } = await startsAgain(bench, password, ledger);
    say(`cut ${index + 1} of ${cuts}, at write ${count}: all of ${acked} are there, after ${seconds} s`);
  }
  durable.close();
}

/** Sends readings to a computer whose disk is logged, and takes its power. */
async function take(bench: Bench, password: string, log: string): Promise<Promised[]> {
  const guest = bench.boot({ log, isHidden: true });
  try {
    await bench.acknowledged(guest, password);
    await guest.shows(/slot a is well/, secondsMax);
    const promised: Promised[] = [];
    const generator = bench.sensor(password, { rate, total: readings });
    // The ledger is read before the log, so that the log has every write that the ledger relies on.
    const note = () => {
      const ledger = generator.ledger.toJson();
      promised.push({ ledger, position: statSync(log).size });
    };
    note();
    const noting = setInterval(note, 50);
    await generator.start();
    const { end } = await generator.finished;
    clearInterval(noting);
    note();
    if (end !== 'complete') throw new Error(`the readings were not all taken: ${end}`);
    return promised;
  } finally {
    await guest.cut();
  }
}

/**
 * Starts the computer on its disk as it is, and waits until the cloud has what a ledger says, once each. The gateway cannot see the
 * processes of others, so the lock that the cut has left must be judged without.
 */
async function startsAgain(bench: Bench, password: string, json: LedgerJson) {
  const startedMs = performance.now();
  const ledger = Ledger.fromJson(json);
  return await withCloud(bench, async (cloud) => {
    const guest = bench.boot({ isHidden: true });
    try {
      await bench.acknowledged(guest, password);
      for (;;) {
        const { lostCount, lost, repeatedCount } = ledger.compare(await cloud.readings());
        if (repeatedCount > 0) throw new Error(`${repeatedCount} readings are stored more than once`);
        if (lostCount === 0) break;
        if (performance.now() - startedMs > 2_000 * secondsMax)
          throw new Error(`${lostCount} acknowledged readings are lost, such as ${lost.join(', ')}`);
        await delay(1_000);
      }
      await isHealthy(guest);
      return { acked: ledger.ackedCount, seconds: Math.round((performance.now() - startedMs) / 1_000) };
    } finally {
      await guest.cut();
    }
  });
}

/** The gateway came up at its first try, under its own unit. */
async function isHealthy(guest: Guest): Promise<void> {
  const shown = await guest.can(
    'systemctl is-active harbinger-gateway && systemctl show -P NRestarts -P ProcSubset -P ProtectProc harbinger-gateway',
    secondsMax,
  );
  if (shown.split('\n').toSorted().join(' ') !== '0 active invisible pid')
    throw new Error(`the gateway was started again, or not so: ${shown}`);
}

/** Shows that a power cut at any write of the first start leaves a computer that can be started, with its settings. */
export async function cutsOfFirstStart(
  { bench, cuts, seed, say }: Omit<CutOptions, 'password'>,
  blank: string,
  log: string,
): Promise<void> {
  const writes = readWrites(log);
  const random = seededRandom(seed + 1);
  for (let cut = 1; cut <= cuts; cut++) {
    const count = 1 + Math.floor(random.next() * (writes.length - 1));
    const flushed = flushedOf(writes, count);
    execFileSync('cp', ['--sparse=always', blank, bench.disk]);
    const replay = new Replay(log, bench.disk);
    replay.whole(writes.slice(0, flushed));
    replay.torn(writes.slice(flushed, count), random);
    replay.close();
    const guest = bench.boot();
    try {
      const shown = await guest.can('cat /var/lib/harbinger-box/setup.txt', secondsMax);
      const password = /kept nowhere else: ([0-9a-f]{24})/.exec(shown)?.[1];
      if (password === undefined) throw new Error(`no settings: ${shown}`);
      await bench.acknowledged(guest, password);
      say(`cut ${cut} of ${cuts}, at write ${count} of ${writes.length} of the first start: it starts`);
    } finally {
      await guest.cut();
    }
  }
  rmSync(log);
}
