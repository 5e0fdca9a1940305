/** So many bytes may be in flight at any time: on the slowest of links that is some seconds. */
const bytesMin = 4 << 10;
const smallMax = 5 << 10;
/** A batch is to be answered within so long, or so many times as long as a small one that was sent alone took. */
const answerMsAim = 1_000;
const aloneFactor = 2;

/** A batch that was sent. */
export interface Sent {
  bytes: number;
  /** The bytes of all that was in flight then, with its own. */
  inFlight: number;
  atMs: number;
}

/**
 * Limits what one lane has in flight on one connection to what is answered in about a second. What was sent cannot be
 * overtaken: on a slow link an alert would wait for minutes behind readings, and answers would come too late.
 *
 * It begins small, and doubles with each round of answers in time; an answer that is late reduces it to what is answered
 * in a second. A store that takes as long for any batch, however small, must not reduce it, so the measure is how long a
 * small batch takes that is sent alone.
 */
export class SendWindow {
  private readonly bytesLimit: number;
  private bytesMax = bytesMin;
  private inFlight = 0;
  private aloneMs = 0;

  /** @param bytesLimit it never grows beyond */
  constructor(bytesLimit: number) {
    this.bytesLimit = Math.max(bytesMin, bytesLimit);
  }

  /** True if a batch may be sent now. */
  get hasRoom(): boolean {
    return this.inFlight === 0 || this.inFlight < this.bytesMax;
  }

  /** How many bytes the next batch may have. */
  get batchBytesMax(): number {
    return Math.max(bytesMin, this.bytesMax - this.inFlight);
  }

  /** @param nowMs monotonic */
  sent(bytes: number, nowMs: number): Sent {
    this.inFlight += bytes;
    return { bytes, inFlight: this.inFlight, atMs: nowMs };
  }

  /** @param isConfirmed false if it was refused, or nothing was heard of it */
  answered({ bytes, inFlight, atMs }: Sent, isConfirmed: boolean, nowMs: number): void {
    this.inFlight -= bytes;
    if (!isConfirmed) return;
    const tookMs = nowMs - atMs;
    if (inFlight === bytes && bytes <= smallMax) this.aloneMs = tookMs;
    if (tookMs > Math.max(answerMsAim, aloneFactor * this.aloneMs))
      this.bytesMax = Math.max(bytesMin, Math.min(this.bytesMax, (inFlight * answerMsAim) / tookMs));
    else if (2 * inFlight >= this.bytesMax) this.bytesMax = Math.min(this.bytesLimit, this.bytesMax + bytes);
  }
}
