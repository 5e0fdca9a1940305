import { Rounds } from '../../../shared/bounds/rounds.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { Hearing, SilenceBounds } from './hearing.ts';

/** Machines that are looked at, for each one that finds no room, for one that can be forgotten. */
const triesMax = 64;

/** When machines are heard, for so many machines at most. */
export class Hearings {
  /** Machines that were forgotten, or not taken, because there are too many. */
  private forgotten = 0;
  private readonly byKey = new Map<string, Hearing>();
  private readonly rounds = new Rounds(this.byKey, triesMax);
  private readonly machinesMax: number;
  private readonly removed: (hearing: Hearing) => void;

  /** @param removed called for each one that is forgotten */
  constructor(machinesMax: number, removed: (hearing: Hearing) => void) {
    this.machinesMax = machinesMax;
    this.removed = removed;
  }

  find({ site, machine }: Pick<MachineIdentity, 'site' | 'machine'>): Hearing | undefined {
    return this.byKey.get(`${site}/${machine}`);
  }

  /** Returns false if there is no room: there are too many machines, and hardly one has been silent for long. */
  add(hearing: Hearing): boolean {
    if (this.byKey.size >= this.machinesMax) {
      this.forgotten++;
      if (!this.forgetOne()) return false;
    }
    this.byKey.set(hearing.key, hearing);
    return true;
  }

  /** Returns false if it is not known. */
  remove(key: string): boolean {
    const hearing = this.byKey.get(key);
    if (!hearing) return false;
    this.byKey.delete(key);
    hearing.isForgotten = true;
    this.removed(hearing);
    return true;
  }

  all(): IterableIterator<Hearing> {
    return this.byKey.values();
  }

  /** How many could be called silent, are so, and were forgotten, or not taken. */
  counts(bounds: SilenceBounds): { judged: number; silent: number; forgotten: number } {
    let [judged, silent] = [0, 0];
    for (const hearing of this.byKey.values()) {
      if (hearing.allowedMs(bounds) !== null) judged++;
      if (hearing.level === 'silent') silent++;
    }
    return { judged, silent, forgotten: this.forgotten };
  }

  /** Makes room: a machine that has no window and is not heard is not known any more. */
  private forgetOne(): boolean {
    const key = this.rounds.find(({ listener, level }) => listener === null && level !== 'heard');
    return key !== null && this.remove(key);
  }
}
