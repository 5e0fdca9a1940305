import { ToldNames } from '../../../shared/bounds/told-names.ts';
import type { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { RefusedField } from '../row.ts';
import { kindOf } from '../values.ts';

/** A sensor that sends what it cannot have. */
export interface SensorFault {
  /** `site/machine`. */
  machine: string;
  sensor: string;
  code: string;
  /** The latest refused value, shortened. */
  value: string;
  /** Refused values since the start of the gateway. */
  count: number;
  firstMs: number;
  lastMs: number;
}

/** Limit of sensors that are remembered; the one whose values were refused longest ago is forgotten for a new one. */
const sensorsMax = 1_000;
/** A refused value is kept whole at most so often for each sensor; others are counted. */
const wholeEveryMs = 3_600_000;
/** Sensors whose last refused value is at most that old have a fault now. */
const currentMs = 600_000;
const shownMax = 100;

type RefusedByError = RefusedField & { error: HarbingerError };

interface Known extends SensorFault {
  wholeMs: number;
}

/** Counts refused fields by sensor, and decides which of them are kept whole as dead letters. */
export class RefusedFields {
  /** By machine and sensor; the one that was refused last is the last. */
  private readonly bySensor = new Map<string, Known>();
  private readonly told = new ToldNames();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Counts a refused field. Returns true if it is to be kept whole: the first of its sensor, and then one an hour. */
  note({ site, machine: name, prefix }: MachineSchema, field: RefusedByError, receivedMs: number): boolean {
    const { sensor, error } = field;
    const machine = `${site}/${name}`;
    const key = `${machine} ${sensor}`;
    const value = valueText(field.value);
    const known = this.bySensor.get(key);
    this.bySensor.delete(key);
    if (known && Math.abs(receivedMs - known.wholeMs) < wholeEveryMs) {
      Object.assign(known, { code: error.code, value, lastMs: receivedMs });
      known.count++;
      this.bySensor.set(key, known);
      return false;
    }
    const [oldest] = this.bySensor.keys();
    if (this.bySensor.size >= sensorsMax && oldest !== undefined) this.bySensor.delete(oldest);
    this.bySensor.set(key, {
      ...{ machine, sensor, code: error.code, value },
      count: (known?.count ?? 0) + 1,
      firstMs: known?.firstMs ?? receivedMs,
      lastMs: receivedMs,
      wholeMs: receivedMs,
    });
    if (!known && this.told.note(prefix, sensor) !== 'told')
      this.log.warn(
        { machine, sensor, code: error.code, reason: error.message },
        'a value was refused and is a dead letter now; the other values of its reading are stored, and further refused values of this sensor are counted',
      );
    return true;
  }

  /** Forgets a machine, or one sensor of it. @param machine `site/machine` */
  forget(machine: string, sensor?: string): void {
    for (const [key, fault] of this.bySensor)
      if (fault.machine === machine && (sensor === undefined || fault.sensor === sensor))
        this.bySensor.delete(key);
  }

  /** The sensors that had a value refused in the 10 minutes before the latest refusal, latest first; at most 100. */
  current(): SensorFault[] {
    const all = [...this.bySensor.values()].reverse();
    const fromMs = (all[0]?.lastMs ?? 0) - currentMs;
    return all
      .filter(({ lastMs }) => lastMs >= fromMs)
      .slice(0, shownMax)
      .map(({ wholeMs: _, ...fault }) => fault);
  }
}

function valueText(value: unknown): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}
