import type { Clock } from '../../../shared/runtime/clock.ts';

/**
 * At plant rates the bytes on disk and link count for more. Measured over several kinds of payload: 8 % fewer bytes than
 * level 3 for 0.2 CPU seconds per million readings; level 4 can be worse than 3.
 */
const thriftyLevel = 5;
/**
 * At high rates the processor is what limits. Measured with rows of 14 sensors: half the CPU time of level 5 (1.8 instead
 * of 4 seconds per million readings) for 20 % more bytes.
 */
const quickLevel = 2;
/** Above this rate of text, level 5 would take 2.5 % of a fast core, or a tenth of a Raspberry Pi's. */
const quickFromBytesPerMs = 2_000;
/** The rate is measured over at least this long, so that one burst does not count. */
const measuredMs = 500;

/** Chooses the gzip level of the next block by the rate of text over the last half second. */
export class CompressionLevel {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private sinceMs: number;
  private bytes = 0;
  private level = thriftyLevel;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
    this.sinceMs = clock.monotonicMs();
  }

  /** Returns the level for a block of `bytes` bytes of text: 1 (quickest) to 9 (smallest). */
  next(bytes: number): number {
    const nowMs = this.clock.monotonicMs();
    const elapsedMs = nowMs - this.sinceMs;
    if (elapsedMs >= measuredMs) {
      this.level = this.bytes / elapsedMs > quickFromBytesPerMs ? quickLevel : thriftyLevel;
      this.bytes = 0;
      this.sinceMs = nowMs;
    }
    this.bytes += bytes;
    return this.level;
  }
}
