import type { Clock } from '../../shared/runtime/clock.ts';
import type { DeadLetter, KnownLetter } from '../ports/dead-letters.ts';

interface Letters {
  /** The letters with a code, oldest first. */
  ofCode(code: string): KnownLetter[];
  show(id: number): Promise<DeadLetter | null>;
}

/** The dead letters of one machine, oldest first. */
export interface Held {
  ids: number[];
  /** When the first was kept, in ms since 1970; infinite if that is not known. */
  sinceMs: number;
}

/** One call reads letters for no longer; the next one goes on. */
const readMsMax = 5_000;
/** Letters of before this start that are summarised: the newest of each machine, and of all. */
const ofMachineMax = 20;
const ofAllMax = 1_000;

/** Finds the dead letters that hold messages of unknown machines. */
export class HeldLetters {
  private readonly letters: Letters;
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly heldBefore: (letter: DeadLetter, machine: string) => void;
  /** The machines of letters of earlier versions, which had to be read. */
  private readMachines = new Map<number, string>();
  /** The newest letter of before this start. */
  private readonly lastBefore: number;
  private hasSummarised = false;
  private reading: Promise<unknown> = Promise.resolve();

  /** @param heldBefore called for letters that were there when the gateway started, oldest first */
  constructor(
    letters: Letters,
    clock: Pick<Clock, 'monotonicMs'>,
    heldBefore: (letter: DeadLetter, machine: string) => void,
  ) {
    this.letters = letters;
    this.clock = clock;
    this.heldBefore = heldBefore;
    this.lastBefore = this.known().at(-1)?.id ?? 0;
  }

  /** By machine, `site/machine`. Letters of earlier versions that there was no time to read are missing. */
  byMachine(): Promise<Map<string, Held>> {
    const found = this.reading.then(() => this.find());
    this.reading = found.catch(() => {});
    return found;
  }

  private known(): KnownLetter[] {
    return this.letters.ofCode('MACHINE_UNKNOWN');
  }

  private async find(): Promise<Map<string, Held>> {
    const untilMs = this.clock.monotonicMs() + readMsMax;
    await this.readOlder(untilMs);
    const found = new Map<string, Held>();
    for (const { id, machine = this.readMachines.get(id), keptMs } of this.known()) {
      if (machine === undefined || machine === '') continue;
      const held = found.get(machine);
      if (held) held.ids.push(id);
      else found.set(machine, { ids: [id], sinceMs: keptMs });
    }
    if (!this.hasSummarised) await this.summarise(found, untilMs);
    return found;
  }

  /** Reads letters of earlier versions for their machines, and forgets those that are gone. */
  private async readOlder(untilMs: number): Promise<void> {
    const before = this.readMachines;
    this.readMachines = new Map();
    for (const { id, machine } of this.known()) {
      if (machine !== undefined) continue;
      const read = before.get(id);
      if (read !== undefined) this.readMachines.set(id, read);
      else if (this.clock.monotonicMs() < untilMs) {
        const letter = await this.show(id);
        this.readMachines.set(id, letter === null ? '' : machineIn(letter));
      }
    }
  }

  private async summarise(found: ReadonlyMap<string, Held>, untilMs: number): Promise<void> {
    this.hasSummarised = true;
    const machines = new Map<number, string>();
    for (const [machine, { ids }] of found) {
      const before = ids.filter((id) => id <= this.lastBefore);
      for (const id of before.slice(-ofMachineMax)) machines.set(id, machine);
    }
    const newest = [...machines].sort(([a], [b]) => a - b).slice(-ofAllMax);
    for (const [id, machine] of newest) {
      if (this.clock.monotonicMs() >= untilMs) return;
      const letter = await this.show(id);
      if (letter) this.heldBefore(letter, machine);
    }
  }

  private show(id: number): Promise<DeadLetter | null> {
    return this.letters.show(id).catch(() => null);
  }
}

/** Letters of earlier versions say their machine only in their reason. */
function machineIn({ machine, reason }: DeadLetter): string {
  return machine ?? /what type of machine '([^']+)' is/.exec(reason)?.[1] ?? '';
}
