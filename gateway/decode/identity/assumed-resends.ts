import type { Log } from '../../../shared/runtime/log.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';

export interface AssumedOfMachine {
  /** `site/machine`; of the last one, `(others)`. */
  machine: string;
  readings: number;
}

/** Machines that are counted one by one, in the order in which they appeared; all others are counted together. */
const machinesMax = 100;
const others = '(others)';

/**
 * Counts, by machine, the readings that were taken for resends although nothing marks them as such: they came on another
 * connection than an equal earlier one. A device whose running number or clock stands still loses readings by this, so it
 * must be visible.
 */
export class AssumedResends {
  private readonly byMachine = new Map<string, number>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  note({ site, machine }: MachineSchema): void {
    const name = `${site}/${machine}`;
    const key = this.byMachine.has(name) || this.byMachine.size < machinesMax ? name : others;
    const readings = (this.byMachine.get(key) ?? 0) + 1;
    this.byMachine.set(key, readings);
    if (isPowerOfTen(readings)) this.log.warn({ machine: name, readings }, explanation);
  }

  ofMachines(): AssumedOfMachine[] {
    return [...this.byMachine].map(([machine, readings]) => ({ machine, readings }));
  }
}

const explanation =
  'readings were taken for resends, as they equal earlier ones of another connection in all that the device sends; if its seq or its clock stands still or goes round, they were new: let it send a seq that counts on, or the time of each reading';

function isPowerOfTen(count: number): boolean {
  let rest = count;
  while (rest % 10 === 0) rest /= 10;
  return rest === 1;
}
