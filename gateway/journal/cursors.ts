import { Type } from '@sinclair/typebox';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { Cursor } from '../ports/journal.ts';
import type { JournalFs } from './fs.ts';
import { coalesced, type StateFile, stateFile } from './state-file.ts';

const saveDelayMs = 1_000;

const Positions = Type.Record(Type.String(), Type.Record(Type.String(), Type.Integer({ minimum: 0 })));
const checkPositions = compileValidator(Positions);

/** The part of a lane that cursors need. */
interface CursorLane {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * The cursors of all consumers in all lanes: in memory, saved about once a second while they move, and at stop. Moves
 * that a power cut loses lead to blocks being read again, which every consumer tolerates; a block is never skipped.
 */
export class Cursors {
  private readonly file: StateFile;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly onSaved: (bytes: number) => void;
  /** Lane → consumer → seq, including consumers that this process has not asked for. */
  private seqs = new Map<string, Map<string, number>>();
  private readonly used = new Map<string, Map<string, Cursor>>();
  private timer: Timer | null = null;
  private moved = false;
  private stopped = false;
  private readonly save = coalesced(() => this.saveNow());

  constructor(parts: {
    fs: JournalFs;
    dir: string;
    clock: Clock;
    log: Log;
    onSaved: (bytes: number) => void;
  }) {
    this.file = stateFile(parts.fs, parts.dir, 'cursors.json');
    this.clock = parts.clock;
    this.log = parts.log;
    this.onSaved = parts.onSaved;
  }

  async load(): Promise<void> {
    const loaded = await this.file.load();
    if (loaded.found === 'no') return;
    try {
      if (loaded.found === 'damaged') throw new Error('its checksum does not match');
      const positions = checkPositions(loaded.value, (problem) => new Error(problem));
      this.seqs = new Map(
        Object.entries(positions).map(([lane, consumers]) => [lane, new Map(Object.entries(consumers))]),
      );
    } catch (error) {
      this.log.error(
        { cause: messageOf(error) },
        'cursors.json is damaged: every consumer starts at the oldest block',
      );
    }
  }

  /** The highest seq that any consumer has reached: blocks up to there existed. */
  furthest(lane: string): number {
    return Math.max(0, ...(this.seqs.get(lane)?.values() ?? []));
  }

  /**
   * The seq up to which every consumer of this process has read; 0 while there is none, so that nothing counts as read.
   */
  readByAll(lane: string): number {
    const cursors = [...(this.used.get(lane)?.values() ?? [])];
    return cursors.length === 0 ? 0 : Math.min(...cursors.map((cursor) => cursor.seq));
  }

  cursor(laneName: string, lane: CursorLane, consumer: string): Cursor {
    const used = entry(this.used, laneName);
    const seqs = entry(this.seqs, laneName);
    const existing = used.get(consumer);
    if (existing) return existing;
    if (!seqs.has(consumer) && lane.lastSeq >= lane.firstSeq) {
      this.log.warn({ lane: laneName, consumer }, 'no saved cursor: the consumer starts at the oldest block');
    }
    const cursor: Cursor = {
      get seq() {
        return Math.max(seqs.get(consumer) ?? 0, lane.firstSeq - 1);
      },
      advance: (seq) => {
        const to = Math.min(seq, lane.lastSeq);
        if (to <= (seqs.get(consumer) ?? 0)) return;
        seqs.set(consumer, to);
        this.saveSoon();
      },
      flush: () => this.save(),
    };
    used.set(consumer, cursor);
    return cursor;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    this.timer = null;
    if (this.moved) await this.save();
  }

  private saveSoon(): void {
    this.moved = true;
    if (this.stopped) return;
    this.timer ??= this.clock.setTimer(saveDelayMs, () => {
      this.timer = null;
      this.save().catch((error) => {
        this.log.warn({ cause: messageOf(error) }, 'cursors could not be saved; retried in a second');
        this.saveSoon();
      });
    });
  }

  private async saveNow(): Promise<void> {
    this.moved = false;
    const value = Object.fromEntries(
      [...this.seqs].map(([lane, consumers]) => [lane, Object.fromEntries(consumers)]),
    );
    try {
      this.onSaved(await this.file.save(value));
    } catch (error) {
      this.moved = true;
      throw error;
    }
  }
}

function entry<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
