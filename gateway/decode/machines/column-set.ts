import { Quotas } from '../../../shared/bounds/quotas.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { hashText } from '../hash.ts';

/** Limit of shared sets for one owner; beyond it, its machines with new sets of sensors have a set each. */
const sharedMax = 4_096;
/** Limit for one owner of the sensors in sets that a single machine has. Each takes about 150 bytes. */
const aloneMax = 200_000;

/**
 * The sensors of a machine by column. Machines with the same sensors in the same order share one set, so that thousands
 * of machines fit a processor's cache. A set is immutable: a machine that gets a sensor moves on to another set.
 */
export interface ColumnSet {
  readonly columns: ReadonlyMap<string, number>;
  readonly sensors: readonly string[];
  /** Hashes of the sensors' names. */
  readonly sensorHashes: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** Whether a column was opened by a state's text; those of the type say themselves what they are. */
  readonly isState: readonly boolean[];
  readonly isShared: boolean;
}

/** The share of an owner that a set takes which has more sensors than its type. */
interface Held {
  owner: string;
  /** The set with one sensor less, and the key of that sensor in `larger`. */
  smaller: ColumnSet;
  key: string;
  /** Machines that have this set. */
  machines: number;
}

export class ColumnSets {
  private readonly ofTypes = new Map<MachineType, ColumnSet>();
  /** By set and additional sensor (`=` before it for a state): the larger set. */
  private readonly larger = new Map<ColumnSet, Map<string, ColumnSet>>();
  private readonly shared: Quotas;
  private readonly alone: Quotas;
  private readonly held = new WeakMap<ColumnSet, Held>();

  /** @param limits for one owner: the number of shared sets, and the number of sensors in other sets */
  constructor(limits = { shared: sharedMax, alone: aloneMax }) {
    this.shared = new Quotas(limits.shared);
    this.alone = new Quotas(limits.alone);
  }

  ofType(type: MachineType): ColumnSet {
    const known = this.ofTypes.get(type);
    if (known) return known;
    const set = {
      columns: new Map(type.sensors.map(({ name }, i) => [name, i])),
      sensors: type.sensors.map(({ name }) => name),
      sensorHashes: type.sensors.map(({ name }) => hashText(name)[0]),
      min: type.sensors.map(({ min }) => min),
      max: type.sensors.map(({ max }) => max),
      isState: type.sensors.map(() => false),
      isShared: true,
    };
    this.ofTypes.set(type, set);
    return set;
  }

  /**
   * Returns `set`, which a machine of this owner has, with one more sensor, which accepts any value. Null if the owner has
   * as many as one may.
   */
  with(set: ColumnSet, sensor: string, owner: string, isState = false): ColumnSet | null {
    const key = isState ? `=${sensor}` : sensor;
    const known = this.larger.get(set)?.get(key);
    if (known) return this.move(set, known);
    const isShared = set.isShared && this.shared.admits(owner);
    if (isShared) this.shared.add(owner);
    else if (!this.takeAlone(owner, set.isShared ? set.sensors.length + 1 : 1)) return null;
    const made = {
      columns: new Map([...set.columns, [sensor, set.sensors.length]]),
      sensors: [...set.sensors, sensor],
      sensorHashes: [...set.sensorHashes, hashText(sensor)[0]],
      min: [...set.min, -Number.MAX_VALUE],
      max: [...set.max, Number.MAX_VALUE],
      isState: [...set.isState, isState],
      isShared,
    };
    this.held.set(made, { owner, smaller: set, key, machines: 0 });
    this.move(set, made);
    if (!isShared) return made;
    const others = this.larger.get(set);
    if (others) others.set(key, made);
    else this.larger.set(set, new Map([[key, made]]));
    return made;
  }

  /** Gives back what a machine's set counts, where no other machine has it or a larger one. */
  release(set: ColumnSet): void {
    const own = this.held.get(set);
    if (own) own.machines--;
    let at = set;
    for (;;) {
      const held = this.held.get(at);
      if (!held || held.machines > 0 || this.larger.get(at)?.size) return;
      if (!at.isShared) this.alone.remove(held.owner, held.smaller.isShared ? at.sensors.length : 1);
      else {
        this.shared.remove(held.owner);
        this.larger.get(held.smaller)?.delete(held.key);
      }
      at = held.smaller;
    }
  }

  private move(from: ColumnSet, to: ColumnSet): ColumnSet {
    const [before, after] = [this.held.get(from), this.held.get(to)];
    if (before) before.machines--;
    if (after) after.machines++;
    return to;
  }

  private takeAlone(owner: string, sensors: number): boolean {
    const admits = this.alone.admits(owner, sensors);
    if (admits) this.alone.add(owner, sensors);
    return admits;
  }
}
