/**
 * Machines and sensors that were retired, each with the newest block of the journal then: a restart reads the journal's
 * tail, and would know again what was forgotten. A file in the data folder, which is replaced as a whole.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { readRegularText } from '../../../shared/files/read-regular.ts';
import { replaceFileSync } from '../../../shared/files/replace.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { MachineOrSensor } from '../../ports/retiring.ts';

/** Limit of what is noted; of more, what was retired first is known again after a restart, until its blocks are gone. */
const notedMax = 20_000;

const Noted = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  sensor: Type.Optional(Type.String()),
  journal: Type.String(),
  seq: Type.Integer({ minimum: 0 }),
});
const readNotes = compileValidator(Type.Object({ retired: Type.Array(Noted) }));

export class RetiredNote {
  private readonly path: string;
  private readonly journal: { id: string; firstSeq: number };
  /** By name, what was retired first comes first. */
  private noted = new Map<string, Static<typeof Noted>>();

  /** A file that cannot be read counts as empty: then machines that are gone are listed once more. */
  constructor(dataDir: string, journal: { id: string; firstSeq: number }, log: Log) {
    this.path = join(dataDir, 'retired-machines.json');
    this.journal = journal;
    try {
      if (existsSync(this.path)) this.noted = notesIn(readRegularText(this.path), journal);
    } catch (error) {
      log.warn({ file: this.path, problem: messageOf(error) }, 'retired machines may be listed once more');
    }
  }

  /** Notes those with all blocks up to `seq`. Durable when it returns. @throws system errors; then nothing is noted */
  add(those: readonly MachineOrSensor[], { journal, seq }: BlockPosition): void {
    const noted = new Map(this.noted);
    for (const each of those) {
      noted.delete(nameOf(each));
      noted.set(nameOf(each), { ...each, journal, seq });
    }
    for (const name of noted.keys()) {
      if (noted.size <= notedMax) break;
      noted.delete(name);
    }
    replaceFileSync(this.path, JSON.stringify({ retired: [...noted.values()] }));
    this.noted = noted;
  }

  /** Whether it was retired after the block. */
  covers(one: MachineOrSensor, seq: number): boolean {
    if (this.noted.size === 0) return false;
    const noted = this.noted.get(nameOf(one));
    return noted !== undefined && noted.journal === this.journal.id && seq <= noted.seq;
  }
}

function nameOf({ site, machine, sensor }: MachineOrSensor): string {
  return sensor === undefined ? `${site}/${machine}` : `${site}/${machine}/${sensor}`;
}

/** Without notes that say nothing any more, because the journal has no blocks from before them. */
function notesIn(text: string, { id, firstSeq }: { id: string; firstSeq: number }) {
  const { retired } = readNotes(JSON.parse(text), (problem) => new Error(problem));
  const valid = retired.filter(({ journal, seq }) => journal === id && seq >= firstSeq);
  return new Map(valid.map((each) => [nameOf(each), each]));
}
