/**
 * Report of what a restored cloud lacks: batches that gateways had delivered after the backup was made, and that they do
 * not send again by themselves. It is in the log at each start and in the status; where the number of missing blocks can
 * be known, with the number.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { restoredName } from '../shared/backup/backup.ts';
import type { Lane } from '../shared/contract/lanes.ts';
import { reportOf } from '../shared/parts/statistics.ts';
import { codeOf, messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { compileValidator } from '../shared/runtime/validate.ts';

const Restored = Type.Object({
  takenAt: Type.String({ description: 'when the backup was begun: what was stored later is missing' }),
  restoredAt: Type.String({ description: 'when it was restored' }),
});
type Restored = Static<typeof Restored>;
const check = compileValidator(Restored);

const RestoredStatus = Type.Object({
  ...Restored.properties,
  missing: Type.Array(
    Type.Object({
      gateway: Type.String(),
      lane: Type.String(),
      blocks: Type.Integer({ minimum: 1, description: 'that it had delivered and will not send again' }),
    }),
    { description: 'what is known to be missing, since the start of this process' },
  ),
});

/** Entries of the list; the log names all. */
const missingMax = 1_000;

export class RestoreLoss {
  readonly #restored: Restored | null;
  readonly #log: Log;
  readonly #missing = new Map<string, { gateway: string; lane: Lane; blocks: number }>();

  constructor(dataDir: string, log: Log) {
    this.#log = log;
    this.#restored = readRestored(dataDir, log);
    if (this.#restored)
      log.warn(
        this.#restored,
        'this cloud was restored from a backup: readings and events that gateways delivered between takenAt and restoredAt are missing, unless their journals were sent again (deploy/docs/site.md says how)',
      );
  }

  /** Notes that blocks of a journal are missing between what was stored before and what arrives now. */
  gap(gateway: string, lane: Lane, blocks: number): void {
    if (!this.#restored) return;
    const key = `${gateway}/${lane}`;
    const known = this.#missing.get(key);
    if (!known && this.#missing.size >= missingMax) return;
    const entry = known ?? { gateway, lane, blocks: 0 };
    entry.blocks += blocks;
    this.#missing.set(key, entry);
    this.#log.error(
      { gateway, lane, blocks, ...this.#restored },
      'blocks of this gateway are missing: it had delivered them after the backup from which this cloud was restored, or dropped them, which it reports itself',
    );
  }

  status(): { restored: Static<typeof RestoredStatus> | null } {
    const missing = [...this.#missing.values()];
    return { restored: this.#restored && { ...this.#restored, missing } };
  }
}

export const restoredReport = reportOf<ReturnType<RestoreLoss['status']>>()({
  name: 'Restored from a backup',
  statistics: {
    harbinger_restored_missing_blocks: {
      type: 'gauge',
      help: 'Blocks known to be missing since this cloud was restored from a backup',
    },
  },
  status: { restored: Type.Union([RestoredStatus, Type.Null()]) },
  samples: ({ restored }) =>
    restored === null
      ? {}
      : { harbinger_restored_missing_blocks: restored.missing.reduce((sum, { blocks }) => sum + blocks, 0) },
});

function readRestored(dataDir: string, log: Log): Restored | null {
  const path = join(dataDir, restoredName);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return check(value, (problem) => new Error(problem));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      log.warn({ path, cause: messageOf(error) }, 'a note of a restore cannot be read');
    return null;
  }
}
