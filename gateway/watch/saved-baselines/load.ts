/** Reads saved baselines without changing anything, because the folder may turn out to be another gateway's. */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { BaselineFiles } from './files.ts';
import type { BaselineGroups, Group } from './groups.ts';
import { type BaselineRecord, decodeFile } from './record.ts';
import { fitsType } from './resume.ts';

/** Limit of copies kept of unusable files. */
const asideMax = 8;
export const asideSuffix = '.set-aside';

export interface LoadOptions {
  files: BaselineFiles;
  types: ReadonlyMap<string, MachineType>;
  machinesMax: number;
  groups: BaselineGroups;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

export interface LoadReport {
  damagedFiles: number;
  /** Machines whose type has changed since. */
  foreign: number;
}

/** Fills `groups`. @throws the system's error if the folder cannot be listed */
export async function loadBaselines(options: LoadOptions): Promise<LoadReport> {
  const { files, groups, clock, log, signal } = options;
  const names = (await files.list()).sort();
  const load = new Load(options, names.filter((name) => name.includes(asideSuffix)).length);
  for (const name of names) {
    signal.throwIfAborted();
    const group = groups.groupOf(name, clock.monotonicMs());
    if (group) await load.file(group);
  }
  const { unreadable, damagedFiles, foreign } = load;
  if (unreadable.length > 0) {
    log.error(
      { code: 'NORMALS_UNREADABLE', files: unreadable.length, first: unreadable[0] },
      'saved baselines cannot be read and were left as they are; their machines learn new ones',
    );
  }
  if (damagedFiles.length > 0) {
    log.error(
      { code: 'NORMALS_DAMAGED', files: damagedFiles.length, first: damagedFiles[0] },
      'saved baselines are damaged and were set aside; their machines learn new ones',
    );
  }
  if (foreign.length > 0) {
    log.warn(
      { code: 'NORMALS_FOREIGN', machines: foreign.length, first: foreign[0] },
      'saved baselines belong to machine types that have changed and were set aside; their machines learn new ones',
    );
  }
  return { damagedFiles: damagedFiles.length, foreign: foreign.length };
}

class Load {
  readonly unreadable: string[] = [];
  readonly damagedFiles: string[] = [];
  readonly foreign: string[] = [];
  private readonly options: LoadOptions;
  private asides: number;

  constructor(options: LoadOptions, asides: number) {
    this.options = options;
    this.asides = asides;
  }

  async file(group: Group): Promise<void> {
    const { files, groups } = this.options;
    let file: Buffer;
    try {
      file = await files.read(group.name);
    } catch (error) {
      // It may become readable until the next start, so its name is not reused.
      groups.drop(group);
      this.unreadable.push(`${group.name}: ${messageOf(error)}`);
      return;
    }
    const { records, problem, isNewer } = decodeFile(file);
    if (isNewer) {
      groups.drop(group);
      this.unreadable.push(`${group.name}: it is ${problem}`);
      return;
    }
    const foreignBefore = this.foreign.length;
    for (const record of records) this.record(record, group);
    if (problem !== null) this.damagedFiles.push(`${group.name}: ${problem}`);
    if (problem === null && this.foreign.length === foreignBefore) return;
    group.isWrong = true;
    group.setAside = this.asides++ < asideMax;
  }

  private record(record: BaselineRecord, group: Group): void {
    const { groups, types, machinesMax } = this.options;
    const { head } = record;
    const key = `${head.site}/${head.machine}`;
    if (!fitsType(record, types.get(head.machineType))) {
      this.foreign.push(key);
      return;
    }
    // A machine can occur twice if a file was unreadable for a while; the newer record counts.
    const other = groups.find(key);
    if (other && (other.record?.head.savedMs ?? 0) >= head.savedMs) return;
    if (other) groups.remove(other);
    if (groups.size < machinesMax) groups.adopt(key, record, group);
    else group.hasEvicted = true;
  }
}
