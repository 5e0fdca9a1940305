import type { SiteState } from '../../shared/contract/site/site-topics.ts';

/** A change between states in which nobody need do anything is published so long after the message before. */
export const calmMs = 10_000;
const calm: ReadonlySet<SiteState> = new Set(['ok', 'learning', 'stopped', 'unknown']);

/**
 * Machines whose state has changed soon after another change, of which none is urgent: at a start they go through several within
 * seconds, and each message is kept on the disk.
 */
export class CalmChanges {
  private readonly waiting = new Map<string, number>();

  /** True if a change has to wait. @param publishedMs when the state before was published */
  holds(key: string, before: SiteState | null, now: SiteState, publishedMs: number, nowMs: number): boolean {
    if (before === null || !calm.has(before) || !calm.has(now) || nowMs - publishedMs >= calmMs) return false;
    this.waiting.set(key, publishedMs + calmMs);
    return true;
  }

  /** Takes the machines that have waited for long enough. */
  take(nowMs: number): string[] {
    const taken: string[] = [];
    for (const [key, untilMs] of this.waiting) if (nowMs >= untilMs) taken.push(key);
    for (const key of taken) this.waiting.delete(key);
    return taken;
  }
}
