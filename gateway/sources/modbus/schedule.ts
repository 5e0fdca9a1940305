import type { Group, Slave } from './slave.ts';

/** The first polls are spread over this time at most, so that rare points are not missing for long. */
const spreadMsMax = 5_000;

/** When which group of a line is due. A slave that is dead has one trial in place of all its groups. */
export class Schedule {
  /** Polls that were left out because the line, or the disk, was too slow. */
  overruns = 0;
  private readonly slaves: readonly Slave[];
  private readonly groups: readonly Group[];

  constructor(slaves: readonly Slave[]) {
    this.slaves = slaves;
    this.groups = slaves.flatMap(({ groups }) => groups);
  }

  /** Makes every group due soon, spread over its period. */
  begin(nowMs: number): void {
    for (const [i, group] of this.groups.entries())
      group.dueMs = nowMs + (Math.min(group.periodMs, spreadMsMax) * i) / this.groups.length;
  }

  /** Returns the group that is due first, and when. */
  next(): { group: Group; dueMs: number } {
    let found: Group | undefined;
    let foundMs = Number.POSITIVE_INFINITY;
    for (const { groups, health, trial } of this.slaves) {
      for (const group of health.isDead ? [trial.group] : groups) {
        const dueMs = health.isDead ? health.restUntilMs : group.dueMs;
        if (dueMs < foundMs) {
          found = group;
          foundMs = dueMs;
        }
      }
    }
    return { group: found!, dueMs: foundMs };
  }

  /** Moves a group that was polled to its next time. Times that have passed are counted, and not made up for. */
  polled(group: Group, nowMs: number): void {
    group.dueMs += group.periodMs;
    if (group.dueMs > nowMs) return;
    const missed = Math.floor((nowMs - group.dueMs) / group.periodMs) + 1;
    this.overruns += missed;
    group.dueMs += missed * group.periodMs;
  }

  /** Makes all groups of a slave that answers again due now. Polls while it was dead were not owed. */
  revived({ groups }: Slave, nowMs: number): void {
    for (const group of groups) group.dueMs = nowMs;
  }
}
