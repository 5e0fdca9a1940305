/** Writes the file of a group of machines with everything they have learnt so far. */
import { freeName } from '../../../shared/files/set-aside.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { BaselineFiles } from './files.ts';
import { type BaselineGroups, type Group, isOutdated, type Member } from './groups.ts';
import { asideSuffix } from './load.ts';
import { type BaselineRecord, encodeFile } from './record.ts';
import { recordOf } from './resume.ts';

const warnMsMin = 60_000;

export class BaselineWriter {
  readonly counts = { saves: 0, saveFailures: 0, writtenBytes: 0 };
  private readonly options: { files: BaselineFiles; clock: Clock; log: Log };
  private readonly groups: BaselineGroups;
  private warnedMs = Number.NEGATIVE_INFINITY;

  constructor(options: { files: BaselineFiles; clock: Clock; log: Log }, groups: BaselineGroups) {
    this.options = options;
    this.groups = groups;
  }

  /** Writes the group's file. Never rejects: returns false if it failed. Rows learnt during the write count as not written. */
  async write(group: Group, block: BlockPosition | null): Promise<boolean> {
    const { clock, files, log } = this.options;
    group.triedMs = clock.monotonicMs();
    const { isWrong, hasEvicted } = group;
    group.isWrong = false;
    group.hasEvicted = false;
    try {
      const learnt = [...group.members].filter((member) => isOutdated(member)).map(learntNow);
      const records = this.recordsOf(group, block);
      const bytes = encodeFile(records);
      await this.setAside(group);
      if (records.length > 0) await files.replace(group.name, bytes);
      else await files.remove(group.name);
      for (const { member, window, rows } of learnt) {
        if (member.machine?.window === window) member.savedRows = rows;
      }
      group.writtenMs = group.triedMs;
      this.counts.saves++;
      if (records.length > 0) this.counts.writtenBytes += bytes.length;
      if (group.members.size === 0) this.groups.drop(group);
      return true;
    } catch (error) {
      group.isWrong ||= isWrong;
      group.hasEvicted ||= hasEvicted;
      this.counts.saveFailures++;
      if (group.triedMs - this.warnedMs < warnMsMin) return false;
      this.warnedMs = group.triedMs;
      log.warn(
        { code: 'NORMALS_UNWRITABLE', file: group.name, problem: messageOf(error) },
        'baselines could not be written; this is retried, and readings are not affected',
      );
      return false;
    }
  }

  private async setAside(group: Group): Promise<void> {
    if (!group.setAside) return;
    group.setAside = false;
    const { files, log } = this.options;
    try {
      const taken = new Set(await files.list());
      const aside = freeName(`${group.name}${asideSuffix}`, (name) => taken.has(name));
      await files.copy(group.name, aside);
    } catch (error) {
      const problem = messageOf(error);
      log.warn({ code: 'NORMALS_NOT_SET_ASIDE', file: group.name, problem }, 'no copy was made');
    }
  }

  private recordsOf({ members }: Group, block: BlockPosition | null): BaselineRecord[] {
    const savedMs = this.options.clock.nowMs();
    return [...members].flatMap((member) => {
      const { machine } = member;
      const learntTo = machine?.window.learntTo ?? null;
      // The record that was read is written again until the machine has learnt more, or people have changed what it knows.
      if (member.record && (learntTo !== null || !block || !machine)) return [member.record];
      const to = learntTo ?? block;
      if (!to || !machine) return [];
      member.record = null;
      return [recordOf(machine, to, savedMs)];
    });
  }
}

function learntNow(member: Member) {
  const { window } = member.machine!;
  return { member, window, rows: window.baseline.rows };
}
