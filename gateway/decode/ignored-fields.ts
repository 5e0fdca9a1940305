import { isIdentifier } from '../../shared/contract/topics.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { isSensorValue } from './contract.ts';
import { type MachineSchema, openSensorsMax } from './machines/machine-schema.ts';

/** Limit of log lines since the start, so that a sender of ever new names cannot fill the log. */
const loggedMax = 100;

/**
 * Logs numbers that are not stored because the machine's type has no sensor of that name, once for each name and type,
 * so that their absence from the store is explained.
 */
export class IgnoredFields {
  private readonly logged = new Set<string>();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Logs the ignored fields of a reading that was accepted. */
  note({ type, set, site, machine }: MachineSchema, values: Record<string, unknown>): void {
    if (this.logged.size >= loggedMax) return;
    for (const [name, value] of Object.entries(values)) {
      if (set.columns.has(name) || !isSensorValue(name, value)) continue;
      const key = `${type.name}/${name}`;
      if (this.logged.has(key) || this.logged.size >= loggedMax) continue;
      this.logged.add(key);
      const isRefused = type.openSensors && set.sensors.length < openSensorsMax && isIdentifier(name);
      if (isRefused) continue; // QuotaRefusals says it
      const why = type.openSensors
        ? `names have up to 64 letters (a–z), digits, and _ . - after the first, and a machine up to ${openSensorsMax} of them`
        : `declare it in the type '${type.name}', if it is to be stored`;
      this.log.info(
        { type: type.name, field: name.slice(0, 64), first: `${site}/${machine}` },
        `a number is not stored: ${why}`,
      );
    }
  }
}
