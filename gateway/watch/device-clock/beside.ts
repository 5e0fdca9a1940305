/** Readings of one machine that come from several devices, each with a clock of its own, recognised by the sensors that they have. */

/** Readings that are behind by no more than this are of now, if they come in the order of their own device. */
const closeMs = 2_000;
/** Others are if so many in a row were as far apart as they came, over so long a time: what was kept is sent faster. */
const steadyMin = 3;
const steadyMsMin = 2_000;
const paceShare = 1 / 4;

/** The readings that begin with one sensor. Times of devices and of the gateway are in ms, the gateway's are monotonic. */
interface Sender {
  lastMs: number;
  /** The first of those that have come at their own pace since, and how many these are. */
  firstMs: number;
  firstAtMs: number;
  count: number;
}

/** Knows for each device of a machine what it has sent last. */
export class Beside {
  private readonly senders: Sender[] = [];

  /**
   * Takes each reading, in the order in which they come. Returns true if it is newer than the one before it of its device and, where it is
   * behind the newest of the machine, comes at the pace at which it was measured.
   * @param column the first sensor that it has @param behindMs by how much it is older than the newest reading of the machine
   */
  takes(column: number, timeMs: number, atMs: number, behindMs: number): boolean {
    const sender = this.senders[column];
    if (sender === undefined) {
      this.senders[column] = { lastMs: timeMs, firstMs: timeMs, firstAtMs: atMs, count: 1 };
      return false;
    }
    if (timeMs <= sender.lastMs) return false;
    sender.lastMs = timeMs;
    sender.count++;
    const passedMs = atMs - sender.firstAtMs;
    const isSteady =
      Math.abs(timeMs - sender.firstMs - passedMs) <= Math.max(closeMs / 2, paceShare * passedMs);
    if (!isSteady) {
      sender.firstMs = timeMs;
      sender.firstAtMs = atMs;
      sender.count = 1;
    }
    return behindMs <= closeMs || (sender.count >= steadyMin && passedMs >= steadyMsMin);
  }

  /** The clock of a device was put back: what its readings said before says nothing more. */
  forget(): void {
    this.senders.length = 0;
  }
}
