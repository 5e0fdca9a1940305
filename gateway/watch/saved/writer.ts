/** Writes the file of a group of machines: what they have learnt by now. */
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { BlockPlace } from '../../ports/journal.ts';
import type { NormalFiles } from './files.ts';
import { type Group, isBehind, type Member, type NormalGroups } from './groups.ts';
import { asideSuffix } from './load.ts';
import { encodeFile, type NormalRecord } from './record.ts';
import { recordOf } from './resume.ts';

const warnMsMin = 60_000;

export class NormalWriter {
  readonly counts = { saves: 0, saveFailures: 0, writtenBytes: 0 };
  private readonly options: { files: NormalFiles; clock: Clock; log: Log };
  private readonly groups: NormalGroups;
  private warnedMs = Number.NEGATIVE_INFINITY;

  constructor(options: { files: NormalFiles; clock: Clock; log: Log }, groups: NormalGroups) {
    this.options = options;
    this.groups = groups;
  }

  /** Never rejects. What is learnt while it is written counts as not written. */
  async write(group: Group, block: BlockPlace | null): Promise<void> {
    const { clock, files, log } = this.options;
    group.triedMs = clock.monotonicMs();
    const { isWrong, isSmaller } = group;
    group.isWrong = false;
    group.isSmaller = false;
    try {
      const learnt = [...group.members].filter((member) => isBehind(member)).map(learntNow);
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
    } catch (error) {
      group.isWrong ||= isWrong;
      group.isSmaller ||= isSmaller;
      this.counts.saveFailures++;
      if (group.triedMs - this.warnedMs < warnMsMin) return;
      this.warnedMs = group.triedMs;
      log.warn(
        { code: 'NORMALS_UNWRITABLE', file: group.name, problem: messageOf(error) },
        'what was learnt could not be written; it is tried again, and readings are not concerned',
      );
    }
  }

  private async setAside(group: Group): Promise<void> {
    if (!group.setAside) return;
    group.setAside = false;
    const { files, log } = this.options;
    try {
      await files.copy(group.name, `${group.name}${asideSuffix}`);
    } catch (error) {
      const problem = messageOf(error);
      log.warn({ code: 'NORMALS_NOT_SET_ASIDE', file: group.name, problem }, 'no copy was made');
    }
  }

  private recordsOf({ members }: Group, block: BlockPlace | null): NormalRecord[] {
    const savedMs = this.options.clock.nowMs();
    return [...members].flatMap((member) => {
      const { machine } = member;
      // What was read stays what is written until the machine has learnt on from it.
      if (block && machine && machine.window.learntTo === null) {
        member.record = null;
        return [recordOf(machine, block, savedMs)];
      }
      return member.record ? [member.record] : [];
    });
  }
}

function learntNow(member: Member) {
  const { window } = member.machine!;
  return { member, window, rows: window.baseline.rows };
}
