import type { Clock } from '../../../shared/runtime/clock.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ListOwner } from '../kept-lists/list-saver.ts';

/** A machine of which late readings wait, and the block of the journal that has the first of them. */
export type SavedLate = [machine: string, journal: string, seq: number];

/** So long after the judgement a decision has heard of it, and has saved what it told. */
const heardMs = 5_000;
/** Number of machines that may wait at once; further ones are forgotten by a kill. */
const notesMax = 10_000;

interface Note extends BlockPosition {
  /** When it was judged, monotonic; null while it waits. */
  judgedMs: number | null;
}

/**
 * Knows from which block of the journal on late readings of a machine wait to be judged, also after a kill: they are judged again then.
 * Decisions know what they have told of them, so that a note that is a little too old tells nothing twice.
 */
export class LateNotes implements ListOwner<SavedLate> {
  /** To be called when there is something to save. */
  changed: (isSoon: boolean) => void = () => undefined;
  private readonly notes = new Map<string, Note>();
  /** The notes of the run before; empty once the journal's tail has been read. */
  private before = new Map<string, BlockPosition>();
  private readonly clock: Pick<Clock, 'monotonicMs'>;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  restore(saved: readonly SavedLate[]): void {
    for (const [machine, journal, seq] of saved) this.before.set(machine, { journal, seq });
  }

  *saved(): Iterable<SavedLate> {
    const nowMs = this.clock.monotonicMs();
    let isMore = false;
    for (const [machine, { journal, seq, judgedMs }] of this.notes) {
      if (judgedMs !== null && nowMs - judgedMs >= heardMs) {
        this.notes.delete(machine);
        continue;
      }
      isMore ||= judgedMs !== null;
      yield [machine, journal, seq];
    }
    for (const [machine, { journal, seq }] of this.before)
      if (!this.notes.has(machine)) yield [machine, journal, seq];
    if (isMore) this.changed(false);
  }

  /** True if a reading of a machine waited when the run before ended. */
  waited(machine: string, block: BlockPosition | undefined): boolean {
    if (this.before.size === 0 || !block) return false;
    const from = this.before.get(machine);
    return from !== undefined && from.journal === block.journal && block.seq >= from.seq;
  }

  /** Late readings of a machine wait from now on. @param block the one that has the first of them */
  waits(machine: string, block: BlockPosition | undefined): void {
    const note = this.notes.get(machine);
    if (note) note.judgedMs = null;
    if (note || !block || this.notes.size >= notesMax) return;
    this.notes.set(machine, { ...(this.before.get(machine) ?? block), judgedMs: null });
    this.changed(true);
  }

  /** Nothing of a machine waits any more. */
  judged(machine: string): void {
    const note = this.notes.get(machine);
    if (!note) return;
    note.judgedMs ??= this.clock.monotonicMs();
    this.changed(false);
  }

  /** The journal's tail has been read: what waited is among the notes again, or cannot be judged any more. */
  replayed(): void {
    if (this.before.size === 0) return;
    this.before = new Map();
    this.changed(false);
  }
}
