/** Groups of machines that share a file, so that ten thousand take a few hundred files and syncs, not ten thousand. */

import type { WatchedMachine } from '../windows/watched-machine.ts';
import type { BaselineRecord } from './record.ts';

const membersMax = 32;

export interface Member {
  readonly key: string;
  readonly group: Group;
  /** Null until the machine sends again. */
  machine: WatchedMachine | null;
  /** The record as it was read, until the machine has learnt more. */
  record: BaselineRecord | null;
  /** Rows learnt when it was last written; −1: never written, or for another window. */
  savedRows: number;
}

export interface Group {
  readonly name: string;
  readonly members: Set<Member>;
  /** Monotonic times of the last successful and the last attempted write. */
  writtenMs: number;
  triedMs: number;
  /** The file must be replaced soon, however little was learnt since. */
  isWrong: boolean;
  /** The file must be copied before it is replaced. */
  setAside: boolean;
  /** The file also holds evicted machines, so rewriting it is not urgent. */
  hasEvicted: boolean;
}

export class BaselineGroups {
  readonly all = new Set<Group>();
  private readonly byKey = new Map<string, Member>();
  private readonly absent = new Set<Member>();
  private fillable: Group | null = null;
  private nextIndex = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** Saved machines that have sent nothing since. */
  get absentCount(): number {
    return this.absent.size;
  }

  find(key: string): Member | undefined {
    return this.byKey.get(key);
  }

  /**
   * Adds a group for an existing file, whose index is then not reused. Returns null if the name is not that of such a
   * file.
   */
  groupOf(name: string, nowMs: number): Group | null {
    const index = indexOf(name);
    if (index === null) return null;
    this.nextIndex = Math.max(this.nextIndex, index + 1);
    return this.addGroup(name, nowMs);
  }

  /** Adds a member that was read from a file. */
  adopt(key: string, record: BaselineRecord, group: Group): void {
    const member = this.add(key, group);
    member.record = record;
    this.absent.add(member);
  }

  /** Adds a member for a new machine. */
  join(key: string, nowMs: number): Member {
    if (!this.fillable || this.fillable.members.size >= membersMax) {
      this.fillable = [...this.all].find(({ members }) => members.size < membersMax) ?? null;
    }
    this.fillable ??= this.addGroup(nameOf(this.nextIndex++), nowMs);
    return this.add(key, this.fillable);
  }

  /** Adds a member that has not sent yet, with what is known of it. */
  remember(key: string, record: BaselineRecord, nowMs: number): void {
    const member = this.join(key, nowMs);
    member.record = record;
    member.group.isWrong = true;
    this.absent.add(member);
  }

  claim(member: Member, machine: WatchedMachine): void {
    member.machine = machine;
    this.absent.delete(member);
  }

  remove(member: Member): void {
    this.byKey.delete(member.key);
    this.absent.delete(member);
    member.group.members.delete(member);
    member.group.hasEvicted = true;
  }

  /** Evicts a machine that has not sent since the start, to make room. */
  dropAbsent(): void {
    const [first] = this.absent;
    if (first) this.remove(first);
  }

  drop(group: Group): void {
    this.all.delete(group);
    if (this.fillable === group) this.fillable = null;
  }

  private add(key: string, group: Group): Member {
    const member: Member = { key, group, machine: null, record: null, savedRows: -1 };
    this.byKey.set(key, member);
    group.members.add(member);
    return member;
  }

  private addGroup(name: string, nowMs: number): Group {
    const members = new Set<Member>();
    const flags = { isWrong: false, setAside: false, hasEvicted: false };
    const group = { name, members, writtenMs: nowMs, triedMs: nowMs, ...flags };
    this.all.add(group);
    return group;
  }
}

/** True if a machine has learnt something that is not on disk. */
export function isOutdated({ machine, savedRows }: Member): boolean {
  return machine !== null && machine.window.learntTo === null && machine.window.baseline.rows !== savedRows;
}

export function mustWrite({ isWrong, hasEvicted, members }: Group): boolean {
  if (isWrong || hasEvicted) return true;
  for (const member of members) if (isOutdated(member)) return true;
  return false;
}

/** Suffix of the files, kept from earlier versions. */
const suffix = '.normals';
const nameOf = (index: number) => `${String(index).padStart(6, '0')}${suffix}`;

function indexOf(name: string): number | null {
  const index = Number(name.slice(0, -suffix.length));
  return name.endsWith(suffix) && nameOf(index) === name ? index : null;
}
