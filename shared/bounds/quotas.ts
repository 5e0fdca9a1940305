/**
 * Shares out what is kept and cannot be taken back (sessions, retained messages, machines) among its owners, so that
 * none of them can use up what the others need. An owner may have no more than is left for the others afterwards, of
 * twice `max`: one alone has `max`, a second one then up to half of that, a third one a quarter, and there is always
 * something left. All together have less than twice `max`, and whatever fits into `max` is never refused.
 */
export class Quotas {
  readonly max: number;
  private readonly amounts = new Map<string, number>();
  private sum = 0;

  /** @param max how much one owner may have who is alone */
  constructor(max: number) {
    this.max = max;
  }

  /** How much all owners have. */
  get total(): number {
    return this.sum;
  }

  of(owner: string): number {
    return this.amounts.get(owner) ?? 0;
  }

  /** Whether the owner may have `more`. */
  admits(owner: string, more = 1): boolean {
    return this.of(owner) + more <= 2 * this.max - this.sum - more;
  }

  /** Counts what the owner got, whether it was admitted or is there from before. */
  add(owner: string, more = 1): void {
    this.amounts.set(owner, this.of(owner) + more);
    this.sum += more;
  }

  /** Counts what the owner has lost; no more than it has. */
  remove(owner: string, less = 1): void {
    const left = this.of(owner) - less;
    if (left > 0) this.amounts.set(owner, left);
    else this.amounts.delete(owner);
    this.sum -= less + Math.min(0, left);
  }
}
