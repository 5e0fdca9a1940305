import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

/** Refusals of one quota to one owner since the start, as `/api/status` shows them. */
export interface QuotaRefusal {
  /** The quota, for example `machines`. */
  quota: string;
  /** The user or gateway that has as much as it may; of the last one `(others)`. */
  owner: string;
  refused: number;
  /** Ms since 1970. */
  latestMs: number;
}

/** Owners that are told apart; those that come later are counted together. */
const ownersMax = 100;
const others = '(others)';
const logEveryMs = 600_000;

/** Counts what quotas refuse, and tells the operator of each owner once in ten minutes. */
export class QuotaRefusals<Quota extends string> {
  readonly counts: Record<Quota, number>;
  private readonly texts: Record<Quota, string>;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly owners = new Map<string, QuotaRefusal & { loggedMs: number }>();

  /** @param texts by quota: what is refused, why, and what to do */
  constructor(texts: Record<Quota, string>, clock: Clock, log: Log) {
    this.texts = texts;
    this.clock = clock;
    this.log = log;
    this.counts = Object.fromEntries(Object.keys(texts).map((quota) => [quota, 0])) as Record<Quota, number>;
  }

  note(quota: Quota, owner: string): void {
    this.counts[quota] += 1;
    const nowMs = this.clock.monotonicMs();
    const one = this.refusalOf(quota, owner);
    one.refused += 1;
    one.latestMs = this.clock.nowMs();
    if (nowMs - one.loggedMs < logEveryMs) return;
    one.loggedMs = nowMs;
    this.log.warn({ quota, owner, refused: one.refused }, this.texts[quota]);
  }

  all(): QuotaRefusal[] {
    return [...this.owners.values()].map(({ loggedMs: _, ...refusal }) => refusal);
  }

  private refusalOf(quota: Quota, owner: string): QuotaRefusal & { loggedMs: number } {
    const known = this.owners.get(`${quota} ${owner}`);
    if (known) return known;
    if (this.owners.size >= ownersMax && owner !== others) return this.refusalOf(quota, others);
    const made = { quota, owner, refused: 0, latestMs: 0, loggedMs: Number.NEGATIVE_INFINITY };
    this.owners.set(`${quota} ${owner}`, made);
    return made;
  }
}
