import { Type } from '@sinclair/typebox';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { JournalOwner } from '../ports/journal.ts';
import type { JournalFs } from './fs.ts';
import type { Tally } from './segments/segment.ts';
import { coalesced, type StateFile, stateFile } from './state-file.ts';

const Count = Type.Integer({ minimum: 0 });
const LaneMeta = Type.Object({
  newestSegment: Count,
  seqFloor: Count,
  dropped: Type.Object({ blocks: Count, lines: Count, bytes: Count }),
  closedSeq: Type.Optional(Count),
});
const Owner = Type.Object({ name: Type.String(), since: Type.Record(Type.String(), Count) });
const MetaValue = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  lanes: Type.Record(Type.String(), LaneMeta),
  owner: Type.Optional(Owner),
});
const checkMeta = compileValidator(MetaValue);

/** The format of meta.json and cursors.json; files of earlier versions do not name it. */
const version = 1;

/** @throws HarbingerError JOURNAL_VERSION */
function refuseNewer(value: unknown, path: string): void {
  const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : version;
  if (typeof found !== 'number' || found <= version) return;
  throw new HarbingerError(
    'JOURNAL_VERSION',
    'journal',
    `${path} has format ${found}, this version of Harbinger knows ${version}: start the version that wrote it, or move the folder away`,
  );
}

/** The state of a lane apart from its blocks. */
export interface LaneMeta {
  /** First seq of the most recently created segment, by which its loss is noticed; 0 if there was none. */
  newestSegment: number;
  /** Lower bound of the next seq, set by a recovery. */
  seqFloor: number;
  /** Unread blocks dropped to make room, since the journal was created. */
  dropped: Tally;
  /** Last seq (0 if it had no block) if the journal was stopped in order and is not open; else absent. */
  closedSeq?: number;
}

/** The journal's id and the state of its lanes. Changed in place, then saved. */
export class Meta {
  id = '';
  /** True if no earlier run has left anything. */
  isNew = false;
  /** The gateway whose blocks these are; null if that is not known. */
  owner: JournalOwner | null = null;
  private readonly path: string;
  private readonly file: StateFile;
  private readonly log: Log;
  private readonly onSaved: (bytes: number) => void;
  private readonly lanes = new Map<string, LaneMeta>();
  private readonly save = coalesced(async () => {
    const { id, owner } = this;
    const lanes = Object.fromEntries(this.lanes);
    this.onSaved(await this.file.save({ version, id, lanes, ...(owner && { owner }) }));
  });

  constructor(parts: { fs: JournalFs; dir: string; log: Log; onSaved: (bytes: number) => void }) {
    this.path = `${parts.dir}/meta.json`;
    this.file = stateFile(parts.fs, parts.dir, 'meta.json');
    this.log = parts.log;
    this.onSaved = parts.onSaved;
  }

  /**
   * Loads the file. `idOfSegments` is the id in the segments, if there are any; it is used if the file is damaged or
   * missing. @throws HarbingerError JOURNAL_VERSION
   */
  async load(idOfSegments: string | null, random: Random): Promise<void> {
    const loaded = await this.file.load();
    try {
      if (loaded.found === 'damaged') throw new Error('its checksum does not match');
      if (loaded.found === 'yes') {
        refuseNewer(loaded.value, this.path);
        const value = checkMeta(loaded.value, (problem) => new Error(problem));
        this.id = value.id;
        this.owner = value.owner ?? null;
        for (const [lane, meta] of Object.entries(value.lanes)) this.lanes.set(lane, meta);
        return;
      }
    } catch (error) {
      if (codeOf(error) === 'JOURNAL_VERSION') throw error;
      this.log.error({ cause: messageOf(error) }, 'meta.json is damaged: the count of losses restarts at 0');
    }
    this.isNew = loaded.found === 'no' && idOfSegments === null;
    this.id = idOfSegments ?? randomId(random);
    await this.save();
  }

  lane(name: string): LaneMeta {
    let meta = this.lanes.get(name);
    if (!meta) {
      meta = { newestSegment: 0, seqFloor: 1, dropped: { blocks: 0, lines: 0, bytes: 0 } };
      this.lanes.set(name, meta);
    }
    return meta;
  }

  /** Notes that blocks are appended from now on. Which ones is known only after the next orderly stop. */
  async opened(): Promise<void> {
    for (const lane of this.lanes.values()) delete lane.closedSeq;
    await this.changed();
  }

  /** Durable when resolved. @throws system errors */
  async setOwner(owner: JournalOwner): Promise<void> {
    this.owner = owner;
    await this.save();
  }

  /** Saves the file; returns false if the disk fails. */
  isSaved(): Promise<boolean> {
    return this.save().then(
      () => true,
      () => false,
    );
  }

  /**
   * Saves the file. Never rejects: after a failure the state is saved with the next change, and only counters depend on
   * it.
   */
  async changed(): Promise<void> {
    await this.save().catch((error) =>
      this.log.warn({ cause: messageOf(error) }, 'meta.json could not be saved'),
    );
  }
}

/** 16 hex digits. */
export function randomId(random: Random): string {
  const half = () =>
    Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}
