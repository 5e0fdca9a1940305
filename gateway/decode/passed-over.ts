import type { Log } from '../../shared/runtime/log.ts';
import { isSensorValue } from './contract.ts';
import { openSensorsMax, type Series } from './machines.ts';

/** Told of since the start; whoever sends ever new names must not write the log. */
const toldMax = 100;

/**
 * Numbers that are not stored, because the machine's type has no sensor of that name. Each is told of once for a type,
 * so that nobody looks for it in the store in vain.
 */
export class PassedOver {
  private readonly told = new Set<string>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Of a reading that was taken without some of its fields. */
  note({ type, set, site, machine }: Series, values: Record<string, unknown>): void {
    if (this.told.size >= toldMax) return;
    for (const [name, value] of Object.entries(values)) {
      if (set.columns.has(name) || !isSensorValue(name, value)) continue;
      const key = `${type.name}/${name}`;
      if (this.told.has(key) || this.told.size >= toldMax) continue;
      this.told.add(key);
      const why = type.openSensors
        ? `names have up to 64 letters (a–z), digits, and _ . - after the first, and a machine up to ${openSensorsMax} of them`
        : `declare it in the type '${type.name}', if it is to be stored`;
      this.log.info(
        { type: type.name, field: name.slice(0, 64), first: `${site}/${machine}` },
        `a number that is passed over: ${why}`,
      );
    }
  }
}
