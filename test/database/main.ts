/**
 * The comparison of embedded databases (test/database): makes the disk of a database fail, in a real process. It is
 * run by hand, `node .cache/tests/test/database/main.js [--runs N]` after `npm run build:tests`, and needs a C
 * compiler. Each run writes for some seconds while writes and syncs fail at random from time to time, finishes on a
 * good disk, and compares the confirmed records with those that a new process reads. The results are in
 * gateway/docs/0012-records.md.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compiledEntry } from '../../shared/files/paths.ts';
import { candidates } from './candidates.ts';
import { FailingDisk } from './failing-disk.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    names: { type: 'string', default: Object.keys(candidates).join(',') },
    policies: { type: 'string', default: 'go-on,reopen' },
    codes: { type: 'string', default: 'EIO,ENOSPC' },
  },
});
/** Phases of the disk: good, failing in a tenth of all calls, good, failing always, good. */
const phases: [ms: number, failing: number][] = [
  [500, 0],
  [1_000, 26],
  [500, 0],
  [300, 255],
  [700, 0],
];
const endMsMax = 5_000;

const worker = compiledEntry('test/database/worker');
const folder = mkdtempSync(join(tmpdir(), 'harbinger-database-'));

interface Line {
  try?: number;
  changes?: string[];
  ok?: number;
  failed?: number;
  why?: string;
  rssMiB?: number;
}

interface Outcome {
  /** Exit code or signal. */
  end: string;
  confirmed: number;
  failed: number;
  /** Batches confirmed in the last phase, when the disk is good again. */
  confirmedAfter: number;
  lost: number;
  unreadable: boolean;
  openMs: number;
  rssMiB: number;
  /** Bytes written per byte of confirmed values. */
  amplification: number;
}

async function run(name: string, policy: string, code: string, seed: number): Promise<Outcome> {
  const dir = join(folder, `run-${name}-${policy}-${code}-${seed}`);
  mkdirSync(dir);
  const disk = new FailingDisk(folder, { dir, code, seed });
  const child = spawn(process.execPath, [worker, 'load', dir, name, policy, String(seed)], {
    env: { ...process.env, ...disk.env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(JSON.parse(line) as Line));
  const closed = once(child, 'close');
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  while (lines.length === 0 && child.exitCode === null && child.signalCode === null) await delay(10);
  let linesBefore = 0;
  for (const [ms, failing] of phases) {
    linesBefore = lines.length;
    disk.fail(failing);
    await Promise.race([delay(ms), exited]);
  }
  const confirmedAfter = lines.slice(linesBefore).filter(({ ok }) => ok !== undefined).length;
  child.stdin.end();
  const hung = delay(endMsMax).then(() => child.kill('SIGKILL'));
  const [exit, signal] = await Promise.race([exited, hung.then(() => exited)]);
  await closed;
  disk.close();
  const expected = expectedOf(lines);
  const found = readBack(name, dir);
  rmSync(dir, { recursive: true, force: true });
  const confirmed = lines.filter(({ ok }) => ok !== undefined);
  const confirmedBatches = new Set(confirmed.map(({ ok }) => ok));
  const puts = lines
    .filter((line) => confirmedBatches.has(line.try))
    .reduce((sum, { changes }) => sum + changes!.filter((key) => !key.startsWith('-')).length, 0);
  return {
    end: signal ?? String(exit),
    confirmed: confirmed.length,
    failed: lines.filter(({ failed }) => failed !== undefined).length,
    confirmedAfter,
    lost: found
      ? [...expected].filter(([key, allowed]) => !allowed.has(found.records[key] ?? '')).length
      : expected.size,
    unreadable: found === null,
    openMs: found?.openMs ?? Number.NaN,
    rssMiB: confirmed.at(-1)?.rssMiB ?? Number.NaN,
    amplification: disk.writtenBytes / (puts * 300),
  };
}

/** The permitted values of each key: the one confirmed last, and those attempted since. '' stands for no record. */
function expectedOf(lines: readonly Line[]): Map<string, Set<string>> {
  const expected = new Map<string, Set<string>>();
  const tried = new Map(
    lines.flatMap((line) => (line.try === undefined ? [] : [[line.try, line.changes!] as const])),
  );
  const confirmed = new Set(lines.map(({ ok }) => ok));
  for (const [number, changes] of tried) {
    const last = new Map(changes.map((change) => [change.replace(/^-/, ''), change]));
    for (const [key, change] of last) {
      const value = change.startsWith('-') ? '' : String(number).padStart(12, '0');
      const before = confirmed.has(number) ? [] : (expected.get(key) ?? ['']);
      expected.set(key, new Set([...before, value]));
    }
  }
  return expected;
}

function readBack(name: string, dir: string): { openMs: number; records: Record<string, string> } | null {
  try {
    const text = execFileSync(process.execPath, [worker, 'read', dir, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function mean(numbers: number[]): string {
  const known = numbers.filter((one) => !Number.isNaN(one));
  return (known.reduce((sum, one) => sum + one, 0) / known.length).toFixed(1);
}

console.log(
  '| database | after a failure | error | ended by itself | never well again | lost | unreadable | confirmed | failed | open ms | RSS MiB | written per byte |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|');
for (const name of options.names.split(',')) {
  for (const policy of options.policies.split(',')) {
    for (const code of options.codes.split(',')) {
      const outcomes: Outcome[] = [];
      for (let seed = 1; seed <= Number(options.runs); seed++)
        outcomes.push(await run(name, policy, code, seed));
      const count = (is: (outcome: Outcome) => boolean) => outcomes.filter(is).length;
      const ends = [...new Set(outcomes.map(({ end }) => end).filter((end) => end !== '0'))].join(' ');
      const cells = [
        name,
        policy,
        code,
        `${count(({ end }) => end !== '0')}${ends && ` (${ends})`}`,
        count(({ confirmedAfter }) => confirmedAfter === 0),
        `${count(({ lost }) => lost > 0)} (${Math.max(...outcomes.map(({ lost }) => lost))})`,
        count(({ unreadable }) => unreadable),
        mean(outcomes.map(({ confirmed }) => confirmed)),
        mean(outcomes.map(({ failed }) => failed)),
        mean(outcomes.map(({ openMs }) => openMs)),
        mean(outcomes.map(({ rssMiB }) => rssMiB)),
        mean(outcomes.map(({ amplification }) => amplification)),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}
rmSync(folder, { recursive: true, force: true });
