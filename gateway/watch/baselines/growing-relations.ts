/**
 * Relations of sensors that a machine gets by and by. Relations take a week to be known, and a sensor of which little is known would
 * mislead about all that it goes with. So those of the sensors that there were go on judging, while others are learnt of all sensors
 * beside them; these take over once they judge, and all is well.
 */
import { RelationDetector } from '../../../shared/detector/relations/relation-detector.ts';

/** The part that is saved across restarts. */
export interface SavedRelations {
  relations: Uint8Array;
  /** Bytes of the relations that are learnt beside them. */
  nextRelations?: Uint8Array;
  /** Columns that the former do not hear any more, since they mean something else now. */
  unheard?: readonly number[];
}

export class GrowingRelations {
  private judging: RelationDetector;
  private next: RelationDetector | null = null;
  private unheard: number[] = [];
  private heard = new Float32Array(0);

  constructor(sensors: number) {
    this.judging = new RelationDetector(sensors);
  }

  /** @param saved absent, or of another version: they are learnt anew */
  static restored(sensors: number, saved: Partial<SavedRelations>): GrowingRelations {
    const made = new GrowingRelations(sensors);
    const known = readable(saved.relations);
    const all = made.judging.sensors;
    if (!known || known.sensors > all) return made;
    const next = readable(saved.nextRelations);
    made.judging = known;
    made.unheard = [...(saved.unheard ?? [])];
    if (next?.sensors === all) made.next = next;
    else if (known.sensors < all || made.unheard.length > 0) made.next = new RelationDetector(all);
    return made;
  }

  /** Relations that judge now; of the first columns if the machine has got more. */
  get now(): RelationDetector {
    return this.judging;
  }

  push(row: Float32Array, from: number, timeMs: number, state: number): void {
    const { judging, next, unheard } = this;
    if (unheard.length === 0) judging.push(row, from, timeMs, state);
    else judging.push(this.withoutUnheard(row, from), 0, timeMs, state);
    if (!next) return;
    next.push(row, from, timeMs, state);
    if (next.state === 'normal' && (judging.state === 'normal' || judging.state === 'learning'))
      this.judge(next);
  }

  measured(column: number): void {
    if (column < 0) return;
    this.judging.measured(column);
    this.next?.measured(column);
  }

  /** The machine has so many sensors from now on, of which the first are those that it had. */
  grow(sensors: number): void {
    const all = new RelationDetector(sensors);
    if (all.sensors === (this.next ?? this.judging).sensors) return;
    const { learning } = this.judging;
    if (!learning || learning.days > 0) this.next = all;
    else this.judge(all);
  }

  /** The values of a column mean something else from now on. @param sensors of all columns */
  renew(column: number, sensors: number): void {
    if (column < this.judging.sensors) this.unheard.push(column);
    this.next = new RelationDetector(sensors);
  }

  /** For what a person says of the machine. Returns what those that judge answer. */
  told(say: (relations: RelationDetector) => boolean): boolean {
    if (this.next) say(this.next);
    return say(this.judging);
  }

  save(): SavedRelations {
    const { judging, next, unheard } = this;
    return {
      relations: judging.toBytes(),
      ...(next && { nextRelations: next.toBytes() }),
      ...(unheard.length > 0 && { unheard }),
    };
  }

  private judge(by: RelationDetector): void {
    this.judging = by;
    this.next = null;
    this.unheard = [];
  }

  private withoutUnheard(row: Float32Array, from: number): Float32Array {
    const { sensors } = this.judging;
    if (this.heard.length !== sensors) this.heard = new Float32Array(sensors);
    this.heard.set(row.subarray(from, from + sensors));
    for (const column of this.unheard) this.heard[column] = Number.NaN;
    return this.heard;
  }
}

function readable(saved: Uint8Array | undefined): RelationDetector | null {
  try {
    return saved ? RelationDetector.fromBytes(saved) : null;
  } catch {
    return null;
  }
}
