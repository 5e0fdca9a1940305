import type { Log } from '../../../shared/runtime/log.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';

export interface CountOfMachine {
  /** `site/machine`; of the last one, `(others)`. */
  machine: string;
  readings: number;
}

/** Machines that are counted one by one, in the order in which they appeared; all others are counted together. */
const machinesMax = 100;
const others = '(others)';

/** Counts readings that are treated otherwise by machine, and says so in the log at 1, 10, 100 … of each. */
export class CountsByMachine {
  private readonly byMachine = new Map<string, number>();
  private readonly log: Log;
  private readonly level: 'info' | 'warn';
  private readonly explanation: string;

  constructor(log: Log, [level, explanation]: readonly ['info' | 'warn', string]) {
    this.log = log;
    this.level = level;
    this.explanation = explanation;
  }

  note({ site, machine }: MachineSchema): void {
    const name = `${site}/${machine}`;
    const key = this.byMachine.has(name) || this.byMachine.size < machinesMax ? name : others;
    const readings = (this.byMachine.get(key) ?? 0) + 1;
    this.byMachine.set(key, readings);
    if (isPowerOfTen(readings)) this.log[this.level]({ machine: name, readings }, this.explanation);
  }

  /** @param machine `site/machine` */
  forget(machine: string): void {
    this.byMachine.delete(machine);
  }

  ofMachines(): CountOfMachine[] {
    return [...this.byMachine].map(([machine, readings]) => ({ machine, readings }));
  }
}

/** Machines with readings that were taken for resends, or whose clock stands still. */
export type CountedMachines = Record<'assumed' | 'still', Pick<CountsByMachine, 'note'>>;

/**
 * Readings that were taken for resends although nothing marks them as such: they came on another connection than an
 * equal earlier one. A device whose running number or clock stands still loses readings by this, so it must be visible.
 */
export const assumedResends = [
  'warn',
  'readings were taken for resends, as they equal earlier ones of another connection in all that the device sends; if its seq or its clock stands still or goes round, they were new: let it send a seq that counts on, or the time of each reading',
] as const;

/** Readings whose time was not believed, because the clock of their device stands still. */
export const stillClocks = [
  'warn',
  'the clock of this device stands still: its readings have one time for half a minute and more, with values that change, so they get the time at which they arrive; set the clock of the device, or let it send no time',
] as const;

/** Readings of retained messages that came again. A device that connects for each reading may mean each as a new one. */
export const retainedAgain = [
  'info',
  'a retained message came again when its sender had connected anew, and was not stored again; if the device connects for each reading, and equal ones are new, let it send a seq or the time of each reading, or set retainedAgain = "store" for its route',
] as const;

function isPowerOfTen(count: number): boolean {
  let rest = count;
  while (rest % 10 === 0) rest /= 10;
  return rest === 1;
}
