/** A disk that fails for a while where the dead letters are: what it keeps back, and what it must not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { nextTurn, systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { GatewayConfig } from '../config.ts';
import { openDeadLetters } from '../deadletters/dead-letters.ts';
import { MemoryDisk, type Operation, systemError } from '../journal/memory-disk.testing.ts';
import { openRecords } from '../journal/records/open-records.ts';
import { type DataPlane, startDataPlane } from './plane.ts';
import { settle } from './settle.ts';

const parts = { clock: systemClock, random: systemRandom, log: silentLog };
const readConfig = compileValidator(GatewayConfig);

let dataDir: string;
let disk: MemoryDisk;
let plane: DataPlane;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-letter-faults-'));
  disk = new MemoryDisk();
  const table = { gateway: 'g', dataDir, machines: [{ match: 'lab/*', type: 'generic' }] };
  plane = await startDataPlane(
    {
      config: readConfig(table, (problem) => new Error(problem)),
      types: loadMachineTypes([builtInTypesDir]),
    },
    {
      ...parts,
      limited: unlimited,
      columns() {},
      lifecycle() {},
      maintenance: async () => {},
      openDeadLetters: (options) =>
        openDeadLetters({
          ...options,
          openRecords: (dir) => openRecords({ dir, fs: disk.mount(), ...parts }),
        }),
    },
  );
});
afterEach(async () => {
  await plane.calls.stop();
  rmSync(dataDir, { recursive: true });
});

const take = (...messages: [topic: string, text: string][]) =>
  plane.take((each) => {
    for (const [topic, text] of messages) {
      const payload = Buffer.from(text);
      each({ topic, payload, client: 'c', receivedMs: Date.now(), resend: false, connection: 0 });
    }
  });

const batch = (n: number): [string, string][] => [
  ['telemetry/lab/m', `{"seq":${3 * n},"x":1}`],
  ['telemetry/lab/m', 'not JSON'],
  ['telemetry/lab/m', `[{"seq":${3 * n + 1},"x":2},{},[]]`],
  ['telemetry/elsewhere/m', '{"x":1}'],
  ['lifecycle/lab/m', '{"state":"replaced"}'],
  ['telemetry/lab/m', `{"seq":${3 * n + 2},"x":3}`],
];

it.each<[Operation, string]>([
  ['write', 'EIO'],
  ['datasync', 'EIO'],
  ['write', 'ENOSPC'],
  ['create', 'EIO'],
])(
  'a %s that fails with %s keeps back the messages whose letters it was for, until it passes',
  async (failing, code) => {
    expect(await take(...batch(0))).toBeNull();
    disk.onOperation = (operation) => {
      if (operation === failing || (failing === 'create' && operation === 'datasync'))
        throw systemError(code);
    };
    for (let n = 1; n <= 3; n++)
      expect(await take(...batch(n))).toMatchObject({
        unkept: { error: { code: 'DEADLETTERS_WRITE' }, messages: [1, 2, 3] },
      });
    let { pipeline, deadLetters } = await plane.calls.status();
    expect(pipeline.readings).toBe(4 * 3);
    expect(deadLetters.count).toBe(4);
    const redriven = plane.calls.deadLettersRedrive('all');
    await expect(redriven).rejects.toMatchObject({ code: 'DEADLETTERS_WRITE' });

    disk.onOperation = () => undefined;
    for (let n = 1; n <= 3; n++) expect(await take(...batch(n))).toBeNull();
    ({ pipeline, deadLetters } = await plane.calls.status());
    expect(pipeline.readings).toBe(4 * 3);
    expect(deadLetters.count).toBe(4 * 4);
  },
);

it.each(['journal', 'letters'])(
  'what fails first, %s, leaves no rejection unhandled while the other is awaited',
  async (first) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const failed = Promise.reject<never>(new Error('disk full'));
      let end = () => {};
      const slow = new Promise<void>((resolve) => {
        end = resolve;
      });
      const [journal, done] = first === 'journal' ? [failed, slow] : [slow, failed];
      const settled = settle([journal], [{ messages: [3], done }]).catch((error: Error) => error.message);
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      end();
      expect(await settled).toEqual(
        first === 'journal' ? 'disk full' : { error: new Error('disk full'), messages: [3] },
      );
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  },
);

it('letters that cannot be read are left out of pages, and come back with the disk', async () => {
  await take(...batch(0));
  disk.onOperation = (operation) => {
    if (operation === 'read') throw systemError('EIO');
  };
  expect(await plane.calls.deadLettersList({ limit: 10 })).toEqual([]);
  await expect(plane.calls.deadLettersRedrive('all')).rejects.toThrow('EIO');
  disk.onOperation = () => undefined;
  expect(await plane.calls.deadLettersList({ limit: 10 })).toHaveLength(4);
});
