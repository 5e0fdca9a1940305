/** The outcome of a message of any maker's device: the rows that are stored, and the codes of dead letters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { GatewayConfig } from '../config.ts';
import { openJournals } from '../journal/journal-set.ts';
import { type DataPlane, startDataPlane } from './plane.ts';

const ages = 1e13;
let dir = '';
let plane: DataPlane;
let journals: Awaited<ReturnType<typeof openJournals>>;
/** Starts the data plane; to be stopped afterwards. */
export async function startVendors(): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'vendors-'));
  const config = compileValidator(GatewayConfig)(
    {
      gateway: 'g',
      dataDir: dir,
      timestamps: { aheadMsMax: ages, behindMsMax: ages },
      routes: [
        { topic: 'telemetry/{site}/{machine}', format: 'json' },
        { topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' },
        { topic: 'json/{site}/{machine}/{sensor}', format: 'json' },
        { topic: 'influx/{site}/{machine}', format: 'influx' },
        { topic: 'csv/{site}/{machine}', format: 'csv', columns: ['a', 'b'] },
      ],
    },
    (problem) => new Error(problem),
  );
  const deps = { clock: systemClock, random: systemRandom, limited: unlimited, log: silentLog };
  plane = await startDataPlane(
    { config, types: loadMachineTypes([builtInTypesDir]) },
    {
      ...deps,
      columns() {},
      lifecycle() {},
      maintenance: async () => {},
      async openJournals(options) {
        journals = await openJournals(options);
        return journals;
      },
    },
  );
}

export async function stopVendors(): Promise<void> {
  await plane.calls.stop();
  rmSync(dir, { recursive: true, force: true });
}

let machines = 0;

/** Sends a message of a machine that has sent nothing yet; returns its rows as `fields @ time`, and codes of letters. */
export async function stored(topic: string, payload: string): Promise<{ rows: string[]; codes: string[] }> {
  machines += 1;
  const machine = `m${machines}`;
  const before = (await plane.calls.status()).deadLetters.count;
  const lane = journals.lane('readings');
  const { lastSeq } = lane.stats();
  const nowMs = systemClock.nowMs();
  const message = { client: 'c', receivedMs: nowMs, resend: false, connection: 1 };
  await plane.take((each) =>
    each({ ...message, topic: topic.replace('M', machine), payload: Buffer.from(payload) }),
  );
  const letters = (await plane.calls.status()).deadLetters.count - before;
  const codes =
    letters > 0 ? (await plane.calls.deadLettersList({ limit: letters })).map(({ code }) => code) : [];
  const rows: string[] = [];
  for (const { codec, body } of await lane.read(lastSeq, 1 << 24))
    for (const line of (codec === 'gzip' ? gunzipSync(body) : body).toString().trim().split('\n')) {
      const [, fields = '', ns = ''] = line.split(' ');
      const ms = Number(ns.slice(0, -6));
      rows.push(
        `${fields} @ ${Math.abs(ms - nowMs) < 1_000 ? 'arrival' : new Date(ms).toISOString().slice(0, 19)}`,
      );
    }
  return { rows, codes };
}
