import { HarbingerError } from '../../../shared/runtime/errors.ts';

/**
 * Limits on the content of one message, whatever its format. They bound the work and the memory that it can cause; a
 * message beyond one of them becomes a dead letter that names it. A machine has at most 512 sensors, so that no
 * message of readings comes near them.
 */
export const messageLimits = {
  /** Readings in a message, and lines. */
  readings: 1_000,
  /** Named values in one reading. */
  readingValues: 2_048,
  /** Values in a message, those of all its readings together; in CBOR also those that belong to no reading. */
  values: 65_536,
  /** Characters in a name. */
  nameLength: 1_024,
  /** Objects within objects; values that are nested deeper belong to no sensor. */
  groupDepth: 6,
  /** Characters in the names of such objects, joined; values under longer ones belong to no sensor. */
  groupNameLength: 64,
  /** Items within items in CBOR. */
  itemDepth: 32,
  /** Characters in the topic. */
  topicLength: 1_024,
} as const;

/** Counts the values of one message while it is read, and ends that at a limit. */
export class ValueCount {
  private total = 0;

  /**
   * Counts one value. @param inReading how many its reading has by now
   * @throws HarbingerError DECODE_TOO_LONG, DECODE_TOO_MANY
   */
  add(name: string, inReading: number): void {
    if (name.length > messageLimits.nameLength) throw tooLong('name', name, messageLimits.nameLength);
    if (inReading > messageLimits.readingValues)
      throw tooMany(`${messageLimits.readingValues} values in a reading`);
    this.total++;
  }

  /** Counts an item that need not be part of a reading. @throws HarbingerError DECODE_TOO_MANY */
  addItem(): void {
    this.total++;
    this.check();
  }

  /** Checks the number of values in the message. @throws HarbingerError DECODE_TOO_MANY */
  check(): void {
    if (this.total > messageLimits.values) throw tooMany(`${messageLimits.values} values`);
  }
}

/** @param what what there is too much of: the limit, and what it limits */
export function tooMany(what: string): HarbingerError {
  return new HarbingerError(
    'DECODE_TOO_MANY',
    'decode',
    `the message has more than ${what}: send it in parts`,
  );
}

export function tooLong(what: string, text: string, limit: number): HarbingerError {
  const shown = `${text.slice(0, 40)}…`;
  const message = `a ${what} of ${text.length} characters ('${shown}'); at most ${limit} are allowed`;
  return new HarbingerError('DECODE_TOO_LONG', 'decode', message);
}
