/**
 * Refused batches (gateway/refused-batches): batches that the cloud has refused for too long, kept whole until a person
 * sends them again or drops them. They are bounded in number and bytes; when full, the oldest are dropped and reported
 * as a loss. The uplink decides what is set aside; this room keeps it.
 */
import type { JournalLoss } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { OpenRecords, RecordChange, Records } from '../ports/records.ts';
import type { RefusedEntry, RefusedIntake } from '../ports/refused-batches.ts';
import {
  encodeEntry,
  encodeLedger,
  frameKey,
  headKey,
  isHeadKey,
  type Ledger,
  ledgerKey,
  readEntry,
  readLedger,
} from './refused-record.ts';
import type { RefusedCounts } from './statistics.ts';

export interface RefusedBatchesOptions {
  dir: string;
  countMax: number;
  /** Bytes of all frames. The files may take twice as much. */
  bytesMax: number;
  openRecords: OpenRecords;
  /** Called for each batch that was dropped to make room. */
  onLoss(loss: JournalLoss): void;
  clock: Clock;
  log: Log;
}

/** @throws HarbingerError REFUSED_OPEN */
export async function openRefusedBatches(options: RefusedBatchesOptions): Promise<RefusedBatches> {
  const { dir, openRecords, log } = options;
  let records: Records | null = null;
  try {
    records = await openRecords(dir);
    const entries: RefusedEntry[] = [];
    for (const key of [...records.keys()].filter(isHeadKey)) {
      const entry = readEntry(await records.get(key).catch(() => null));
      if (entry) entries.push(entry);
      else log.error({ key }, 'a refused batch cannot be read; it is left out');
    }
    const ledger = readLedger(await records.get(ledgerKey).catch(() => null));
    return new RefusedBatches(options, records, entries, ledger);
  } catch (error) {
    await records?.stop();
    if (codeOf(error) === 'JOURNAL_VERSION') throw error;
    const message = `the refused batches in ${dir} cannot be opened: ${messageOf(error)}; check the folder's rights and the disk`;
    throw new HarbingerError('REFUSED_OPEN', 'uplink', message, { cause: error });
  }
}

export class RefusedBatches implements RefusedIntake {
  private readonly options: RefusedBatchesOptions;
  private readonly records: Records;
  /** Oldest first. */
  private readonly entries: Map<number, RefusedEntry>;
  private ledger: Ledger;
  private bytes: number;
  /** The end of a chain of writes: each is planned from the result of the one before. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    options: RefusedBatchesOptions,
    records: Records,
    entries: readonly RefusedEntry[],
    ledger: Ledger | null,
  ) {
    this.options = options;
    this.records = records;
    const sorted = entries.toSorted((a, b) => a.id - b.id);
    this.entries = new Map(sorted.map((entry) => [entry.id, entry]));
    this.bytes = sorted.reduce((sum, entry) => sum + entry.bytes, 0);
    const nextId = Math.max(ledger?.nextId ?? 1, (sorted.at(-1)?.id ?? 0) + 1);
    this.ledger = { added: ledger?.added ?? sorted.length, dropped: ledger?.dropped ?? 0, nextId };
  }

  add(batch: Omit<RefusedEntry, 'id' | 'atMs' | 'bytes'>, frame: Buffer): Promise<void> {
    return this.inTurn(async () => {
      const { nextId, added, dropped } = this.ledger;
      const entry: RefusedEntry = {
        ...batch,
        reason: batch.reason.slice(0, 500),
        id: nextId,
        atMs: this.options.clock.nowMs(),
        bytes: frame.length,
      };
      const evicted = this.evictedFor(frame.length);
      const ledger = { nextId: nextId + 1, added: added + 1, dropped: dropped + evicted.length };
      await this.write([
        { key: frameKey(entry.id), value: frame },
        { key: headKey(entry.id), value: encodeEntry(entry) },
        ...evicted.flatMap(({ id }) => removal(id)),
        { key: ledgerKey, value: encodeLedger(ledger) },
      ]);
      this.ledger = ledger;
      this.entries.set(entry.id, entry);
      this.bytes += entry.bytes;
      for (const old of evicted) {
        this.forget(old.id);
        this.tellLoss(old);
      }
    });
  }

  coveredUpTo({ journal, lane, seq }: { journal: string; lane: Lane; seq: number }): number | null {
    for (const entry of this.entries.values()) {
      const isIn = entry.firstSeq <= seq && seq <= entry.lastSeq;
      if (isIn && entry.journal === journal && entry.lane === lane) return entry.lastSeq;
    }
    return null;
  }

  /** Newest first, with ids below `beforeId`. */
  list({ limit, beforeId = Number.POSITIVE_INFINITY }: { limit: number; beforeId?: number }): RefusedEntry[] {
    const before = [...this.entries.values()].filter(({ id }) => id < beforeId);
    return before.reverse().slice(0, Math.max(0, limit));
  }

  /** Oldest first. */
  ids(): number[] {
    return [...this.entries.keys()];
  }

  entry(id: number): RefusedEntry | null {
    return this.entries.get(id) ?? null;
  }

  /** @throws Error if the disk cannot be read */
  async get(id: number): Promise<{ entry: RefusedEntry; frame: Buffer } | null> {
    const entry = this.entries.get(id);
    const frame = entry && (await this.records.get(frameKey(id)));
    return entry && frame ? { entry, frame } : null;
  }

  /** Resolves with the number of batches removed, once that is durable. @throws HarbingerError REFUSED_WRITE (retry) */
  remove(ids: readonly number[]): Promise<number> {
    return this.inTurn(async () => {
      const there = [...new Set(ids)].filter((id) => this.entries.has(id));
      await this.write(there.flatMap(removal));
      for (const id of there) this.forget(id);
      return there.length;
    });
  }

  counts(): RefusedCounts {
    const { added, dropped } = this.ledger;
    return { count: this.entries.size, bytes: this.bytes, setAside: added, dropped };
  }

  async stop(): Promise<void> {
    await this.turn;
    await this.records.stop();
  }

  private evictedFor(bytes: number): RefusedEntry[] {
    const { countMax, bytesMax } = this.options;
    const evicted: RefusedEntry[] = [];
    let count = this.entries.size + 1;
    let total = this.bytes + bytes;
    for (const entry of this.entries.values()) {
      if (count <= countMax && total <= bytesMax) break;
      evicted.push(entry);
      count--;
      total -= entry.bytes;
    }
    return evicted;
  }

  private forget(id: number): void {
    this.bytes -= this.entries.get(id)?.bytes ?? 0;
    this.entries.delete(id);
  }

  private tellLoss({ id, lane, firstSeq, lastSeq, lines, bytes }: RefusedEntry): void {
    const blocks = lastSeq - firstSeq + 1;
    this.options.log.error(
      { id, lane, blocks, lines, bytes },
      'a refused batch was dropped to make room for newer ones',
    );
    this.options.onLoss({ lane, cause: 'refused-full', blocks, lines, bytes });
  }

  private async write(changes: RecordChange[]): Promise<void> {
    await this.records.write(changes, true).catch((cause) => {
      const message = `refused batches cannot be written: ${messageOf(cause)}; check the disk`;
      throw new HarbingerError('REFUSED_WRITE', 'uplink', message, { retry: true, cause });
    });
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.turn.then(action);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

function removal(id: number): RecordChange[] {
  return [
    { key: headKey(id), value: null },
    { key: frameKey(id), value: null },
  ];
}
