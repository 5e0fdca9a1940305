/** Readings of one machine that come from several devices, each with a clock of its own, recognised by the sensors that they have. */

/** Readings that are behind by no more than this are of now, if they come in the order of their own device. */
const closeMs = 2_000;
/** Others are if so many in a row were as far apart as they came, over so long a time: what was kept is sent faster. */
const steadyMin = 3;
const steadyMsMin = 2_000;
const paceShare = 1 / 4;

/**
 * The numbers of a device, whose readings begin with one sensor: that one's column, the time of its last reading, then the first of those that
 * have come at their own pace since, when it came, and how many these are. Times of devices and of the gateway are in ms, the gateway's are
 * monotonic.
 */
const [columnField, last, first, firstAt, count] = [0, 1, 2, 3, 4] as const;
export const deviceNumbers = 5;

/** Knows for each device of a machine what it has sent last. */
export class Beside {
  /** The numbers of the first device begin at `from`: most machines have no other, and its reading is compared with those of the clock. */
  private readonly numbers: Float64Array;
  private readonly from: number;
  private others: Float64Array[] = none;

  /** @param numbers of a machine's clock, of which those from `from` on are the first device's */
  constructor(numbers: Float64Array, from: number) {
    this.numbers = numbers;
    this.from = from;
    this.forget();
  }

  /**
   * Takes each reading, in the order in which they come. Returns true if it is newer than the one before it of its device and, where it is
   * behind the newest of the machine, comes at the pace at which it was measured.
   * @param column the first sensor that it has @param behindMs by how much it is older than the newest reading of the machine
   */
  takes(column: number, timeMs: number, atMs: number, behindMs: number): boolean {
    const { numbers, from } = this;
    if (numbers[from] === column) return takes(numbers, from, timeMs, atMs, behindMs);
    if (numbers[from] === -1) {
      begin(numbers, from, column, timeMs, atMs);
      return false;
    }
    return this.takesOther(column, timeMs, atMs, behindMs);
  }

  /** More than one device was heard. */
  get isSeveral(): boolean {
    return this.others !== none;
  }

  /** The clock of a device was put back: what its readings said before says nothing more. */
  forget(): void {
    this.numbers[this.from] = -1;
    this.others = none;
  }

  private takesOther(column: number, timeMs: number, atMs: number, behindMs: number): boolean {
    const known = this.others.find((each) => each[columnField] === column);
    if (known) return takes(known, 0, timeMs, atMs, behindMs);
    const other = new Float64Array(deviceNumbers);
    begin(other, 0, column, timeMs, atMs);
    this.others = [...this.others, other];
    return false;
  }
}

const none: Float64Array[] = [];

function begin(device: Float64Array, from: number, column: number, timeMs: number, atMs: number): void {
  device[from + columnField] = column;
  device[from + last] = timeMs;
  device[from + first] = timeMs;
  device[from + firstAt] = atMs;
  device[from + count] = 1;
}

/** Takes a reading of a device: see `Beside.takes`. */
export function takes(
  device: Float64Array,
  from: number,
  timeMs: number,
  atMs: number,
  behindMs: number,
): boolean {
  if (timeMs <= device[from + last]!) return false;
  device[from + last] = timeMs;
  const passedMs = atMs - device[from + firstAt]!;
  const isSteady =
    Math.abs(timeMs - device[from + first]! - passedMs) <= Math.max(closeMs / 2, paceShare * passedMs);
  if (isSteady) device[from + count]!++;
  else {
    device[from + first] = timeMs;
    device[from + firstAt] = atMs;
    device[from + count] = 1;
  }
  return behindMs <= closeMs || (device[from + count]! >= steadyMin && passedMs >= steadyMsMin);
}
