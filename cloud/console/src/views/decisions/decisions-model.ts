/**
 * The pages of decisions that have been fetched. The first page is fetched again every few seconds while nothing else
 * is shown; older pages are added below it. An answer that arrives after a newer request was made is ignored.
 */
import type { StoredDecision } from '../../wire.ts';

const refreshMs = 10_000;
const pageSize = 50;

export interface DecisionPage {
  items: StoredDecision[];
  /** The cursor of the next, older page; null after the last one. */
  next: string | null;
}

export interface PageRequest {
  query: { subject: string | undefined; limit: number; before: string | undefined };
  kind: 'first' | 'older';
  number: number;
}

export class DecisionPages {
  items: readonly StoredDecision[] = [];
  readonly #subject: string | undefined;
  #next: string | null = null;
  #pages = 0;
  #requests = 0;
  #isPending = false;
  #requestedAt = Number.NEGATIVE_INFINITY;

  /** `subject`: the machine (`site/machine`) that the decisions are about; undefined for all decisions. */
  constructor(subject: string | undefined) {
    this.#subject = subject;
  }

  get hasOlder(): boolean {
    return this.#next !== null;
  }

  /** `nowMs` is monotonic. */
  request(kind: PageRequest['kind'], nowMs: number): PageRequest {
    this.#requestedAt = nowMs;
    this.#isPending = true;
    const before = kind === 'older' ? (this.#next ?? undefined) : undefined;
    return { query: { subject: this.#subject, limit: pageSize, before }, kind, number: ++this.#requests };
  }

  /** Whether to fetch the first page again. `isReading`: somebody has opened a decision, and rows must not move. */
  isRefreshDue(nowMs: number, isReading: boolean): boolean {
    return !isReading && !this.#isPending && this.#pages <= 1 && nowMs - this.#requestedAt > refreshMs;
  }

  /** Takes the answer to a request in. */
  take({ kind, number }: PageRequest, page: DecisionPage): 'outdated' | 'unchanged' | 'changed' {
    if (number !== this.#requests) return 'outdated';
    this.#isPending = false;
    const isUnchanged =
      kind === 'first' && this.#pages === 1 && page.items[0]?.decisionId === this.items[0]?.decisionId;
    this.items = kind === 'older' ? [...this.items, ...page.items] : page.items;
    this.#next = page.next;
    this.#pages = kind === 'older' ? this.#pages + 1 : 1;
    return isUnchanged ? 'unchanged' : 'changed';
  }

  /** Notes that a request failed. Returns whether to say so: not if a refresh will repair it behind what is shown. */
  fail({ kind, number }: PageRequest): boolean {
    if (number !== this.#requests) return false;
    this.#isPending = false;
    return kind === 'older' || this.#pages === 0;
  }
}
