import { Shares } from '../../shared/bounds/shares.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import { keyOf, type Store, type Table } from './database.ts';
import type { AddedBefore, AgedList } from './record-ages.ts';

interface Row<T> {
  value: T;
  id?: string;
  subject?: string;
  bytes?: number;
  owner?: string;
  /** When it was added, in ms since 1970; earlier versions did not say. */
  addedMs?: number;
}

export interface BoundedLogOptions<T = never> {
  countMax: number;
  /** The time of an entry that is added now; without it, entries have no age. */
  stampMs?(): number;
  /** Whether an entry is needed still, and so has no age. */
  isNeeded?(value: T, owner: string): boolean;
  /** Bounds the sum of the `bytes` given to `add`. */
  bytesMax?: number;
  /** Entries have owners, and of too many the one who has most loses the oldest: nobody else loses any. */
  isShared?: boolean;
  /** Called inside the transaction for each removed entry. */
  onRemoved?: (seq: number) => void;
  /** Called once for each entry that cannot be read; it is left out of pages. */
  onDamaged?: (seq: number, error: unknown) => void;
}

/**
 * A list on disk that keeps its newest entries, numbered in rising order. Entries may have an `id` (a second one with
 * the same id is not added) and a `subject` (to page through its entries alone). Change it only inside a transaction.
 */
export class BoundedLog<T> implements AgedList {
  private readonly rows: Table<Row<T>>;
  private readonly ids: Table<number>;
  private readonly subjects: Table<number>;
  /** Owners of entries, if they are shared out. */
  private readonly owners: Table<true> | null;
  /** Entries by owner; null until they are needed, and after a failed transaction. */
  private shares: Shares | null = null;
  private readonly options: BoundedLogOptions<T>;
  private readonly damaged = new Set<number>();

  constructor(store: Store, name: string, options: BoundedLogOptions<T>) {
    this.rows = store.table(name);
    this.ids = store.table(`${name}.ids`);
    this.subjects = store.table(`${name}.subjects`);
    this.owners = options.isShared === true ? store.table(`${name}.owners`) : null;
    this.options = options;
  }

  /** Forgets what is known in memory, after a failed transaction. */
  reload(): void {
    this.shares = null;
  }

  /** Adds an entry and evicts the oldest ones over the bounds. Returns its number, or null if its id is known. */
  add(value: T, keys: { id?: string; subject?: string; bytes?: number; owner?: string } = {}): number | null {
    const id = keys.id === undefined ? undefined : keyOf(keys.id);
    const subject = keys.subject === undefined ? undefined : keyOf(keys.subject);
    if (id !== undefined && this.ids.get(id) !== undefined) return null;
    const seq = this.nextSeq();
    this.rows.put(seq, {
      ...keys,
      value,
      ...(id !== undefined && { id }),
      ...(subject !== undefined && { subject }),
      ...(this.options.stampMs && { addedMs: this.options.stampMs() }),
    });
    if (id !== undefined) this.ids.put(id, seq);
    if (subject !== undefined) this.subjects.put(subjectKey(subject, seq), seq);
    if (this.owners) this.shareOut(this.owners, keys.owner ?? '', seq);
    else this.evict(seq);
    return seq;
  }

  has(id: string): boolean {
    return this.ids.get(keyOf(id)) !== undefined;
  }

  seqOf(id: string): number | undefined {
    return this.ids.get(keyOf(id));
  }

  get(seq: number): T | undefined {
    return this.row(seq)?.value;
  }

  private row(seq: number): Row<T> | undefined {
    try {
      return this.rows.get(seq);
    } catch (error) {
      // A byte of its text has changed. Damage to the file's structure is detected when the file is opened.
      if (!this.damaged.has(seq)) this.options.onDamaged?.(seq, error);
      this.damaged.add(seq);
      return undefined;
    }
  }

  remove(seq: number): void {
    const row = this.row(seq);
    this.rows.remove(seq);
    if (this.owners) {
      const owner = row?.owner ?? '';
      this.owners.remove(subjectKey(owner, seq));
      this.shares?.remove([owner], seq, 0);
    }
    if (!row) return;
    if (row.id !== undefined) this.ids.remove(row.id);
    if (row.subject !== undefined) this.subjects.remove(subjectKey(row.subject, seq));
    this.options.onRemoved?.(seq);
  }

  /** Removes at most `max` entries with a subject, those for which `isIt`; returns how many. */
  removeSubject(subject: string, isIt: (value: T) => boolean, max: number): number {
    const key = keyOf(subject);
    const found: number[] = [];
    const range = { start: subjectKey(key, 0), end: subjectKey(key, Number.MAX_SAFE_INTEGER) };
    for (const { value: seq } of this.subjects.getRange(range)) {
      if (found.length >= max) break;
      const value = this.get(seq);
      if (value !== undefined && isIt(value)) found.push(seq);
    }
    for (const seq of found) this.remove(seq);
    return found.length;
  }

  /** The numbers of entries that were added before, oldest first. */
  *seqsAddedBefore({ beforeMs, unstampedMs }: AddedBefore): Generator<number> {
    for (const key of this.rows.getKeys()) {
      const seq = Number(key);
      const row = this.row(seq);
      if (!row) continue;
      if ((row.addedMs ?? unstampedMs) >= beforeMs) return;
      if (this.options.isNeeded?.(row.value, row.owner ?? '')) continue;
      yield seq;
    }
  }

  *old(added: AddedBefore): Generator<() => void> {
    for (const seq of this.seqsAddedBefore(added)) yield () => this.remove(seq);
  }

  /** The owners of entries. */
  ownerNames(): Set<string> {
    const names = new Set<string>();
    for (const key of this.owners?.getKeys() ?? []) names.add(String(key).split(' ')[0]!);
    return names;
  }

  /** All entries, oldest first; those that cannot be read have no value. */
  *entries(): Generator<{ seq: number; value: T | undefined; bytes: number }> {
    for (const key of this.rows.getKeys()) {
      const seq = Number(key);
      const row = this.row(seq);
      yield { seq, value: row?.value, bytes: row?.bytes ?? 0 };
    }
  }

  count(): number {
    return this.rows.getCount();
  }

  /** Newest first. @throws HarbingerError PAGE_INVALID */
  page(query: PageQuery): Page<T> {
    const before = query.before === undefined ? Number.MAX_SAFE_INTEGER : Number(query.before);
    if (!Number.isSafeInteger(before) || before < 1) {
      throw new HarbingerError(
        'PAGE_INVALID',
        'api',
        `'${query.before?.slice(0, 40)}' is not the end of a page`,
      );
    }
    const seqs =
      query.subject === undefined ? this.seqsBefore(before, query.limit) : this.subjectSeqs(query, before);
    const items = seqs.slice(0, query.limit).flatMap((seq) => this.get(seq) ?? []);
    return { items, next: seqs.length > query.limit ? String(seqs[query.limit - 1]) : null };
  }

  private seqsBefore(before: number, limit: number): number[] {
    const range = this.rows.getKeys({ start: before, exclusiveStart: true, reverse: true, limit: limit + 1 });
    return [...range].map(Number);
  }

  private subjectSeqs(query: PageQuery, before: number): number[] {
    const limit = query.limit + 1;
    const seqs = [query.subject ?? '', ...(query.alsoSubjects ?? [])].flatMap((each) => {
      const subject = keyOf(each);
      const range = { start: subjectKey(subject, before), end: subjectKey(subject, 0) };
      const newest = this.subjects.getRange({ ...range, exclusiveStart: true, reverse: true, limit });
      return [...newest].map(({ value }) => value);
    });
    return seqs.sort((a, b) => b - a).slice(0, limit);
  }

  /** The number of the next entry. */
  nextSeq(): number {
    for (const key of this.rows.getKeys({ reverse: true, limit: 1 })) return Number(key) + 1;
    return 1;
  }

  private shareOut(owners: Table<true>, owner: string, seq: number): void {
    owners.put(subjectKey(owner, seq), true);
    this.shares ??= this.sharesOf(owners);
    this.shares.add([owner], seq, 0);
    while (this.shares.count > this.options.countMax) {
      const gone = this.shares.oldestOfLargest('count') ?? 0;
      this.remove(gone);
    }
  }

  /** Entries that an earlier version added have no owner here. */
  private sharesOf(owners: Table<true>): Shares {
    const shares = new Shares(1);
    const owned = new Set<number>();
    for (const key of owners.getKeys()) {
      const [owner = '', seq] = String(key).split(' ');
      shares.add([owner], Number(seq), 0);
      owned.add(Number(seq));
    }
    for (const key of this.rows.getKeys()) if (!owned.has(Number(key))) shares.add([''], Number(key), 0);
    return shares;
  }

  private evict(lastSeq: number): void {
    const { countMax, bytesMax } = this.options;
    const tooOld = [...this.rows.getKeys({ end: lastSeq - countMax, inclusiveEnd: true })];
    for (const seq of tooOld) this.remove(Number(seq));
    if (bytesMax === undefined) return;
    let bytes = 0;
    const over: number[] = [];
    for (const key of this.rows.getKeys({ reverse: true })) {
      bytes += this.row(Number(key))?.bytes ?? 0;
      if (bytes > bytesMax) over.push(Number(key));
    }
    for (const seq of over) this.remove(seq);
  }
}

/** The number is padded so that keys sort by it. Subject keys have no space. */
function subjectKey(subject: string, seq: number): string {
  return `${subject} ${String(seq).padStart(16, '0')}`;
}
