/**
 * Machines and sensors that were retired, and machines that were replaced, each with the newest block of the journal then: a restart
 * reads the journal's tail, and would know again what was forgotten, or judge a new machine by the readings of the old one. Each in a
 * file of the data folder, which is replaced as a whole.
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

export interface NotesKind {
  /** In the data folder. */
  file: string;
  /** Limit of what is noted; of more, what was noted first is read again after a restart, until its blocks are gone. */
  max: number;
  /** The consequence where the file cannot be read. */
  unreadable: string;
}

export const retiredNotes: NotesKind = {
  file: 'retired-machines.json',
  max: 20_000,
  unreadable: 'retired machines may be listed once more',
};
/** The file is written in the course of a message, so it is small. */
export const replacedNotes: NotesKind = {
  file: 'replaced-machines.json',
  max: 1_000,
  unreadable: 'machines that were replaced may be judged by readings from before',
};

const Noted = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  sensor: Type.Optional(Type.String()),
  journal: Type.String(),
  seq: Type.Integer({ minimum: 0 }),
});
const readNotes = compileValidator(Type.Object({ retired: Type.Array(Noted) }));

export class BlockNotes {
  private readonly path: string;
  private readonly kind: NotesKind;
  private readonly journal: { id: string; firstSeq: number };
  /** By name, what was noted first comes first. */
  private noted = new Map<string, Static<typeof Noted>>();

  /** A file that cannot be read counts as empty. */
  constructor(kind: NotesKind, dataDir: string, journal: { id: string; firstSeq: number }, log: Log) {
    this.kind = kind;
    this.path = join(dataDir, kind.file);
    this.journal = journal;
    try {
      if (existsSync(this.path)) this.noted = notesIn(readRegularText(this.path), journal);
    } catch (error) {
      log.warn({ file: this.path, problem: messageOf(error) }, kind.unreadable);
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
      if (noted.size <= this.kind.max) break;
      noted.delete(name);
    }
    replaceFileSync(this.path, JSON.stringify({ retired: [...noted.values()] }));
    this.noted = noted;
  }

  /** Whether it was noted after the block. */
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
