import { gzipSync } from 'node:zlib';
import type { Clock } from '../../../shared/runtime/clock.ts';

/**
 * As long as there is time, the bytes on disk and link count for more. Measured over several kinds of payload: 8 % fewer
 * bytes than level 3 for 0.2 CPU seconds per million readings; level 4 can be worse than 3.
 */
const thriftyLevel = 5;
/**
 * Measured with rows of 14 sensors: less than half the CPU time of level 5 (1.8 instead of 4 seconds per million readings)
 * for 20 % more bytes.
 */
const quickLevel = 2;
const quickFactor = 2.2;
/** Above this share of the time that passes, compressing keeps readings waiting; it is thrifty again well below that. */
const busyShare = 0.3;
const idleShare = 0.2;
/** The share is measured over at least this long, so that one burst does not count. */
const measuredMs = 500;

/** Compresses blocks: small at plant rates, quickly where compressing takes much of the thread's time. */
export class Compression {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly gzip: (raw: Buffer, level: number) => Buffer<ArrayBuffer>;
  private sinceMs: number;
  private spentMs = 0;
  private level = thriftyLevel;

  constructor(clock: Pick<Clock, 'monotonicMs'>, gzip = gzipAt) {
    this.clock = clock;
    this.gzip = gzip;
    this.sinceMs = clock.monotonicMs();
  }

  compress(raw: Buffer): Buffer<ArrayBuffer> {
    const beginMs = this.clock.monotonicMs();
    if (beginMs - this.sinceMs >= measuredMs) this.choose(beginMs);
    const body = this.gzip(raw, this.level);
    this.spentMs += this.clock.monotonicMs() - beginMs;
    return body;
  }

  /** Chooses the level by the share of time that level 5 takes, or would take. */
  private choose(nowMs: number): void {
    const share = this.spentMs / (nowMs - this.sinceMs);
    if (this.level === thriftyLevel && share > busyShare) this.level = quickLevel;
    else if (this.level === quickLevel && share * quickFactor < idleShare) this.level = thriftyLevel;
    this.spentMs = 0;
    this.sinceMs = nowMs;
  }
}

function gzipAt(raw: Buffer, level: number): Buffer<ArrayBuffer> {
  return gzipSync(raw, { level });
}
