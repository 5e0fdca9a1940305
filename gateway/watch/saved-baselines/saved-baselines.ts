/**
 * Saved baselines (gateway/watch/saved-baselines): the files in which baselines survive a restart. Only this folder
 * reads and writes them; users know them as `normals`.
 *
 * Keeps the baselines of machines across restarts: the state of each detector, with the journal's block up to which it
 * has learnt. After a restart, rows of the journal's tail after that block are learnt, and earlier ones are not learnt
 * again.
 *
 * Baselines are written in groups of a few machines, oldest first, and only if they have changed: the main thread
 * copies some 300 KB and never waits. A file is replaced as a whole. A baseline that is unreadable, or was learnt under
 * another contract, is set aside, logged once, and learnt again. A failing disk loses what was learnt since the last
 * write, and no reading.
 */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { withinBudget } from '../../../shared/runtime/budget.ts';
import { type Clock, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import { growthsInto } from '../growths.ts';
import type { Growth } from '../windows/machine-slots.ts';
import type { BaselineKeeper, WatchedMachine } from '../windows/watched-machine.ts';
import type { BaselineFiles } from './files.ts';
import { BaselineGroups, type Group, type Member, mustWrite } from './groups.ts';
import { loadBaselines } from './load.ts';
import { type BaselineRecord, renamedRecord } from './record.ts';
import { newSensorsOf, recordOf, resume } from './resume.ts';
import type { SavedBaselinesStats } from './statistics.ts';
import { BaselineWriter } from './writer.ts';

const loadMsMax = 15_000;
const stopMsMax = 5_000;
/** Longest time that a person waits until what they have changed is on disk. */
const saveMsMax = 5_000;
/** A file whose content is wrong is replaced within this time. */
const urgentMs = 500;
const tickMsMin = 20;

interface MachineName {
  site: string;
  machine: string;
}

const keyOf = ({ site, machine }: MachineName) => `${site}/${machine}`;

export interface SavedBaselinesOptions {
  files: BaselineFiles;
  types: ReadonlyMap<string, MachineType>;
  machinesMax: number;
  /** Interval at which each machine is written. */
  saveMs: number;
  clock: Clock;
  log: Log;
}

export class SavedBaselines implements BaselineKeeper {
  private readonly options: SavedBaselinesOptions;
  private readonly groups = new BaselineGroups();
  private readonly writer: BaselineWriter;
  private readonly grown: (growth: Growth) => void;
  private readonly counts = {
    restored: 0,
    damagedFiles: 0,
    foreign: 0,
  };
  private block: BlockPosition | null = null;
  private usable = false;
  private keeping = false;
  /** Null while a file is being written. */
  private timer: Timer | null = null;
  private dueMs = 0;
  private writing: Promise<void> = Promise.resolve();
  private saidForeign = false;

  constructor(options: SavedBaselinesOptions) {
    this.options = options;
    this.writer = new BaselineWriter(options, this.groups);
    this.grown = growthsInto(options.log);
  }

  /** Reads the saved baselines within 15 s. After any failure, machines learn new ones. Writes nothing until `keep`. */
  async start(): Promise<void> {
    const { clock, log } = this.options;
    try {
      const load = (signal: AbortSignal) => loadBaselines({ ...this.options, groups: this.groups, signal });
      const { damagedFiles, foreign } = await withinBudget(load, loadMsMax, clock);
      this.counts.damagedFiles += damagedFiles;
      this.counts.foreign += foreign;
      this.usable = true;
    } catch (error) {
      const problem = messageOf(error);
      log.error(
        { code: 'NORMALS_UNREADABLE', problem },
        'saved baselines are neither read nor written until the next start',
      );
    }
  }

  /** Starts writing, once the folder is known to be this gateway's. */
  keep(): void {
    this.keeping = this.usable;
    this.schedule();
  }

  /** Writes, within 5 s, everything that is not on disk yet. */
  async stop(): Promise<void> {
    const { keeping } = this;
    this.keeping = false;
    this.timer?.cancel();
    if (!keeping) return;
    await Promise.race([this.writeAll(), sleep(this.options.clock, stopMsMax)]);
  }

  watched(machine: WatchedMachine): void {
    const { groups, options } = this;
    const known = groups.find(machine.key);
    if (!known) {
      if (groups.size >= options.machinesMax) groups.dropAbsent();
      groups.claim(groups.join(machine.key, options.clock.monotonicMs()), machine);
      return;
    }
    groups.claim(known, machine);
    if (!known.record) return;
    const problem = resume(machine, known.record);
    if (problem === null) {
      known.savedRows = machine.window.baseline.rows;
      this.counts.restored++;
      const begun = newSensorsOf(machine, known.record);
      const kept = machine.identity.type.sensors.map(({ name }) => name);
      if (begun.length > 0 && machine.window.baseline.ready)
        this.grown({ machine: machine.key, begun, kept });
      return;
    }
    known.record = null;
    known.group.isWrong = true;
    this.counts.foreign++;
    if (this.saidForeign) return;
    this.saidForeign = true;
    options.log.warn(
      { code: 'NORMAL_FOREIGN', machine: machine.key, problem },
      'the saved baseline does not fit this machine, which learns a new one; further ones are only counted',
    );
  }

  renewed(machine: WatchedMachine): void {
    const member = this.groups.find(machine.key);
    if (!member) return;
    member.record = null;
    member.savedRows = -1;
    member.group.isWrong = true;
    this.scheduleSoon();
  }

  evicted(machine: WatchedMachine): void {
    const member = this.groups.find(machine.key);
    if (member) this.groups.remove(member);
  }

  /** Forgets a machine that was retired, whether it has sent since the start or not. Returns false if it is not known. */
  forget(key: string): boolean {
    const member = this.groups.find(key);
    if (!member) return false;
    this.groups.remove(member);
    member.group.isWrong = true;
    this.scheduleSoon();
    return true;
  }

  /**
   * Gives what is normal for a machine to another name of it, unless as much is known under that. Returns whether it was given: it is in
   * force, and kept over a restart once it is saved.
   */
  rename(from: MachineName, to: MachineName): boolean {
    const { groups, options } = this;
    const before = groups.find(keyOf(from));
    const record = before && this.recordNow(before);
    if (!before || !record) return false;
    const renamed = renamedRecord(record, to);
    const known = groups.find(keyOf(to));
    if (known?.machine) {
      const { rows } = known.machine.window.baseline;
      const isLess = rows < (before.machine?.window.baseline.rows ?? Number.POSITIVE_INFINITY);
      if (!isLess || resume(known.machine, renamed) !== null) return false;
      known.group.isWrong = true;
    } else {
      if (known) return false;
      if (groups.size >= options.machinesMax) groups.dropAbsent();
      groups.remember(keyOf(to), renamed, options.clock.monotonicMs());
    }
    this.scheduleSoon();
    return true;
  }

  private recordNow({ machine, record }: Member): BaselineRecord | null {
    const to = machine?.window.learntTo ?? this.block;
    return machine && to && machine.window.baseline.rows > 0
      ? recordOf(machine, to, this.options.clock.nowMs())
      : record;
  }

  /**
   * Writes at once, and within 5 s, what people have changed of a machine, whether it has learnt rows since or not. Returns false
   * if it is not on disk: it is in force, and written later.
   */
  async saveNow(key: string): Promise<boolean> {
    if (!this.keeping) return false;
    const { groups, options } = this;
    const member = groups.find(key);
    if (member?.machine) {
      member.record = null;
      member.savedRows = -1;
      member.group.isWrong = true;
    }
    // The file that had a forgotten machine is not known: all that are wrong are written.
    const outdated = member ? [member.group] : [...groups.all].filter(({ isWrong }) => isWrong);
    const write = async () => {
      let isSaved = true;
      for (const group of outdated) isSaved = (await this.writer.write(group, this.block)) && isSaved;
      const isSynced = await options.files.sync().then(
        () => true,
        () => false,
      );
      return isSaved && isSynced;
    };
    // One after another: a file that is written twice at the same time would be mixed.
    const saving = this.writing.then(write);
    this.writing = saving.then(() => {});
    return withinBudget(() => saving, saveMsMax, options.clock).catch(() => false);
  }

  reached(block: BlockPosition): void {
    this.block = block;
  }

  stats(): SavedBaselinesStats {
    const nowMs = this.options.clock.monotonicMs();
    let oldestMs = 0;
    for (const group of this.groups.all) {
      if (nowMs - group.writtenMs > oldestMs && mustWrite(group)) oldestMs = nowMs - group.writtenMs;
    }
    return { ...this.counts, ...this.writer.counts, absent: this.groups.absentCount, oldestMs };
  }

  private schedule(): void {
    if (!this.keeping) return;
    const paceMs = Math.max(tickMsMin, this.options.saveMs / Math.max(1, this.groups.all.size));
    const isUrgent = [...this.groups.all].some(({ isWrong }) => isWrong);
    this.setTimer(isUrgent ? Math.min(urgentMs, paceMs) : paceMs);
  }

  private scheduleSoon(): void {
    const isSoon = this.dueMs <= this.options.clock.monotonicMs() + urgentMs;
    if (this.timer && !isSoon) this.setTimer(urgentMs);
  }

  private setTimer(delayMs: number): void {
    const { clock } = this.options;
    this.timer?.cancel();
    this.dueMs = clock.monotonicMs() + delayMs;
    this.timer = clock.setTimer(delayMs, () => {
      this.timer = null;
      this.writing = this.writing.then(() => this.writeOldest()).then(() => this.schedule());
    });
  }

  private async writeOldest(): Promise<void> {
    let first: Group | null = null;
    for (const group of this.groups.all) if (isBefore(group, first) && mustWrite(group)) first = group;
    if (first) await this.writer.write(first, this.block);
  }

  private async writeAll(): Promise<void> {
    await this.writing;
    for (const group of this.groups.all) if (mustWrite(group)) await this.writer.write(group, this.block);
  }
}

/** Orders files: wrong ones first, then those not tried for longest. */
function isBefore(group: Group, other: Group | null): boolean {
  if (!other || group.isWrong !== other.isWrong) return !other || group.isWrong;
  return group.triedMs < other.triedMs;
}
