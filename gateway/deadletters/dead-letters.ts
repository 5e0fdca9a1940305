/**
 * Dead letters (gateway/deadletters): messages that could not become readings, kept whole with topic, payload, sender,
 * time, stage and reason. They are bounded in number and bytes; when full, the source that has most loses its oldest
 * ones, which is counted and logged. This room stores and lists; it decodes nothing itself.
 */
import { DropNotes } from '../../shared/bounds/drop-notes.ts';
import { SettledTime, spanForAge } from '../../shared/bounds/settled-time.ts';
import { decodeRecord, encodeRecord } from '../../shared/files/json/json-record.ts';
import { type Clock, every, type Timer } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetter, KnownLetter } from '../ports/dead-letters.ts';
import type { OpenRecords, RecordChange, Records } from '../ports/records.ts';
import { busyError, openError, stoppedError, writeError } from './letter-errors.ts';
import { letterKeys } from './letter-keys.ts';
import {
  type DropReason,
  type LetterKey,
  ledgerKey,
  putLedger,
  putLetter,
  readLedger,
  readLetter,
  type StoredLetter,
  sizeOf,
  textOf,
} from './letter-record.ts';
import { LetterTable, withLost } from './letter-table.ts';
import { importLmdbLetters } from './lmdb/lmdb-import.ts';
import type { DeadLetterCounts } from './statistics.ts';

const clientLengthMax = 256;
const reasonLengthMax = 1_000;
const listMax = 1_000;
/** A page has at most this many bytes of letters, or one letter. */
const listBytesMax = 8 << 20;
/** Limit of bytes of letters that wait for a commit; beyond it letters are refused at once. */
const waitingBytesMax = 32 << 20;
const dayMs = 86_400_000;
const dropTexts: Record<DropReason, string> = {
  count:
    'dead letters were dropped, the oldest of the source that has most: there are more than deadLetters.countMax',
  bytes:
    'dead letters were dropped, the oldest of the source that has most: they take more than deadLetters.bytesMax',
  size: 'dead letters were not kept: one alone is larger than deadLetters.bytesMax',
  age: 'dead letters were dropped: they are older than deadLetters.ageDaysMax',
};
/** The record of what the clock said, for dropping by age. */
const timeKey = 'time';

export interface DeadLettersOptions {
  dir: string;
  countMax: number;
  /** Bytes of payloads and texts; the files may take twice as much. */
  bytesMax: number;
  ageDaysMax: number;
  openRecords: OpenRecords;
  clock: Clock;
  log: Log;
}

export interface DeadLetters {
  /**
   * Adds letters; they are durable when it resolves. Letters added together, or while others are written, share a
   * commit. @throws HarbingerError DEADLETTERS_WRITE, DEADLETTERS_BUSY (both: retry)
   */
  add(letters: readonly StoredLetter[]): Promise<void>;
  /**
   * Returns letters with ids below `beforeId`, newest first, without unreadable ones: at most `limit`, 1,000 and 8 MiB,
   * but at least one if there is any.
   */
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  /** The ids of all letters, oldest first. */
  ids(): number[];
  /** Letters with a code, oldest first, as far as is known without reading them. */
  ofCode(code: string): KnownLetter[];
  /** Resolves with the number of letters dropped, once that is durable. @throws HarbingerError DEADLETTERS_WRITE */
  drop(which: readonly number[] | 'all'): Promise<number>;
  /**
   * Drops letters that were kept for longer than `ageDaysMax`, by a time that no jump of the clock moves forward (see
   * SettledTime). Resolves with their number. @throws HarbingerError DEADLETTERS_WRITE
   */
  dropOld(): Promise<number>;
  counts(): DeadLetterCounts;
  /** Commits waiting letters, then closes. */
  stop(): Promise<void>;
}

interface Waiting {
  letters: readonly StoredLetter[];
  bytes: number;
  resolve(): void;
  reject(error: HarbingerError): void;
}

/**
 * Opens the dead letters on disk. Damage is not an error: the intact letters are used, and the loss is logged. @throws
 * HarbingerError DEADLETTERS_OPEN
 */
export async function openDeadLetters(options: DeadLettersOptions): Promise<DeadLetters> {
  const { dir, log } = options;
  let records: Records | null = null;
  try {
    records = await options.openRecords(dir);
    await importLmdbLetters(dir, records, log);
    const ledger = readLedger(await records.get(ledgerKey).catch(() => null));
    const table = new LetterTable(options, await letterKeys(records), ledger);
    const saved = await records.get(timeKey).catch(() => null);
    return new StoredDeadLetters(options, records, table, saved && decodeRecord(saved)?.head);
  } catch (error) {
    await records?.stop();
    throw openError(dir, error);
  }
}

class StoredDeadLetters implements DeadLetters {
  private readonly ageMsMax: number;
  private readonly records: Records;
  private readonly table: LetterTable;
  private readonly log: Log;
  private readonly time: SettledTime;
  private readonly observing: Timer;
  private readonly notes: DropNotes<DropReason>;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private stopped = false;
  /** Writes run one after the other, because each depends on the result of the previous one. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    { ageDaysMax, clock, log }: DeadLettersOptions,
    records: Records,
    table: LetterTable,
    savedTime: unknown,
  ) {
    this.ageMsMax = ageDaysMax * dayMs;
    this.records = records;
    this.table = table;
    this.log = log;
    this.notes = new DropNotes(clock, log, dropTexts);
    this.time = new SettledTime(clock, spanForAge(this.ageMsMax), savedTime);
    this.observing = every(clock, this.time.observeEveryMs, () => this.observe());
  }

  add(letters: readonly StoredLetter[]): Promise<void> {
    if (this.stopped) return Promise.reject(stoppedError());
    const bounded = letters.map(boundedLetter);
    const bytes = bounded.reduce((sum, letter) => sum + sizeOf(letter), 0);
    if (this.waitingBytes + bytes > waitingBytesMax && this.waiting.length > 0) {
      return Promise.reject(busyError(this.waitingBytes));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ letters: bounded, bytes, resolve, reject });
      this.waitingBytes += bytes;
      if (this.waiting.length === 1) void this.inTurn(() => this.commitWaiting());
    });
  }

  async list({ limit, beforeId = Number.POSITIVE_INFINITY }: { limit: number; beforeId?: number }) {
    const ids = this.table.ids().filter((id) => id < beforeId);
    const letters: DeadLetter[] = [];
    let bytes = 0;
    while (letters.length < Math.min(limit, listMax)) {
      const key = this.table.get(ids.pop() ?? 0);
      if (!key) {
        if (ids.length === 0) break;
        continue;
      }
      bytes += key.bytes;
      if (bytes > listBytesMax && letters.length > 0) break;
      const letter = await this.show(key.id).catch((error) => {
        this.log.error(
          { id: key.id, cause: messageOf(error) },
          'a dead letter cannot be read; it is omitted',
        );
        return null;
      });
      if (letter) letters.push(letter);
    }
    return letters;
  }

  async show(id: number): Promise<DeadLetter | null> {
    const key = this.table.get(id);
    const value = key && (await this.records.get(textOf(key)));
    return value ? readLetter(id, value) : null;
  }

  ids(): number[] {
    return this.table.ids();
  }

  ofCode(code: string): KnownLetter[] {
    return this.table.ofCode(code);
  }

  drop(which: readonly number[] | 'all'): Promise<number> {
    return this.inTurn(() => this.remove(new Set(which === 'all' ? this.ids() : which)));
  }

  dropOld(): Promise<number> {
    return this.inTurn(async () => {
      const beforeMs = this.time.atLeastMs - this.ageMsMax;
      const old = [...this.table.keys()].filter(({ keptMs }) => keptMs < beforeMs);
      return this.remove(new Set(old.map(({ id }) => id)), 'age');
    });
  }

  counts(): DeadLetterCounts {
    return this.table.counts();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.observing.cancel();
    await this.turn;
    this.notes.stop();
    await this.records.stop();
  }

  private async remove(ids: ReadonlySet<number>, reason?: DropReason): Promise<number> {
    const removed = [...ids].flatMap((id) => this.table.get(id) ?? []);
    if (removed.length === 0) return 0;
    const bytes = removed.reduce((sum, key) => sum + key.bytes, 0);
    const lost = new Map(reason ? [[reason, { count: removed.length, bytes }]] : []);
    const example = reason ? await this.exampleOf(removed[0]!) : null;
    const ledger = withLost(this.table.ledger, lost);
    const changes: RecordChange[] = removed.map((key) => ({ key: textOf(key), value: null }));
    await this.write(reason ? [...changes, putLedger(ledger)] : changes);
    this.table.remove(removed, ledger);
    this.notes.note(lost, example);
    return removed.length;
  }

  private async commitWaiting(): Promise<void> {
    const group = this.waiting.splice(0);
    this.waitingBytes = 0;
    const letters = group.flatMap((one) => one.letters);
    const addition = this.table.add(letters, Math.max(0, Math.round(this.time.atMostMs)));
    const example = addition.example && (await this.exampleOf(addition.example));
    try {
      await this.write([
        ...addition.kept.map(([key, letter]) => putLetter(key, letter)),
        ...addition.evicted.map((key) => ({ key: textOf(key), value: null })),
        putLedger(this.table.ledger),
      ]);
    } catch (error) {
      this.table.undo(addition);
      const reason = error instanceof HarbingerError ? error : writeError(error);
      for (const { reject } of group) reject(reason);
      return;
    }
    this.notes.note(addition.lost, example);
    for (const { resolve } of group) resolve();
  }

  /** A letter that is going to be lost, for the log; null where the log needs none, or it cannot be read. */
  private async exampleOf(lost: LetterKey | StoredLetter): Promise<object | null> {
    if (!this.notes.wantsExample) return null;
    if ('topic' in lost) return aboutSender(lost);
    const value = await this.records.get(textOf(lost)).catch(() => null);
    try {
      return value && aboutSender(readLetter(lost.id, value));
    } catch {
      return null;
    }
  }

  /** Saves the time too. If that fails, the next start only has to observe for longer. */
  private observe(): void {
    this.time.observe();
    const value = encodeRecord(this.time.saved());
    this.records.write([{ key: timeKey, value }], false).catch(() => undefined);
  }

  private async write(changes: RecordChange[]): Promise<void> {
    await this.records.write(changes, true).catch((error) => Promise.reject(writeError(error)));
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.turn.then(action);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

function boundedLetter(letter: StoredLetter): StoredLetter {
  return {
    ...letter,
    payload: Buffer.from(letter.payload),
    client: letter.client.slice(0, clientLengthMax),
    reason: letter.reason.slice(0, reasonLengthMax),
  };
}

function aboutSender({ user, client, topic, atMs }: StoredLetter): object {
  return { user, client, topic: topic.slice(0, 200), at: new Date(atMs).toISOString() };
}
