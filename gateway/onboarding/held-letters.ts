import type { DeadLetter } from '../ports/dead-letters.ts';

interface Letters {
  /** The ids of the letters with a code, oldest first. */
  idsOf(code: string): number[];
  show(id: number): Promise<DeadLetter | null>;
}

/** Finds the dead letters that hold messages of unknown machines. Each is read once. */
export class HeldLetters {
  private readonly letters: Letters;
  private readonly heldBefore: (letter: DeadLetter, machine: string) => void;
  private machineOf = new Map<number, string>();
  /** The newest letter of before this start; its machines are summarised from the letters. */
  private readonly lastBefore: number;
  private reading: Promise<void> = Promise.resolve();

  /** @param heldBefore called for each letter that was there when the gateway started, oldest first */
  constructor(letters: Letters, heldBefore: (letter: DeadLetter, machine: string) => void) {
    this.letters = letters;
    this.heldBefore = heldBefore;
    this.lastBefore = letters.idsOf('MACHINE_UNKNOWN').at(-1) ?? 0;
  }

  /** The ids of the letters of each machine, `site/machine`, oldest first. */
  async byMachine(): Promise<Map<string, number[]>> {
    const update = this.reading.then(() => this.update());
    this.reading = update.catch(() => {});
    await update;
    const found = new Map<string, number[]>();
    for (const [id, machine] of this.machineOf) {
      const ids = found.get(machine);
      if (ids) ids.push(id);
      else if (machine !== '') found.set(machine, [id]);
    }
    return found;
  }

  private async update(): Promise<void> {
    const before = this.machineOf;
    const now = new Map<number, string>();
    for (const id of this.letters.idsOf('MACHINE_UNKNOWN')) {
      const known = before.get(id);
      now.set(id, known ?? (await this.read(id)));
    }
    this.machineOf = now;
  }

  private async read(id: number): Promise<string> {
    const letter = await this.letters.show(id).catch(() => null);
    const machine = letter ? machineIn(letter) : '';
    if (letter && machine !== '' && id <= this.lastBefore) this.heldBefore(letter, machine);
    return machine;
  }
}

/** Letters of earlier versions say their machine only in their reason. */
function machineIn({ machine, reason }: DeadLetter): string {
  return machine ?? /what type of machine '([^']+)' is/.exec(reason)?.[1] ?? '';
}
