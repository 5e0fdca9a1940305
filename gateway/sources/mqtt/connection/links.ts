import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import type { Link } from './link.ts';

const sweepMs = 1_000;
/** A connection whose peer reads nothing of what is sent to it is closed after this time. */
const drainMaxMs = 10_000;

/** All connections, and the one timer that checks them for keep-alive and for peers that do not read. */
export class Links {
  readonly all = new Set<Link>();
  private timer: Timer | null = null;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  start(): void {
    this.timer = this.clock.setTimer(sweepMs, () => {
      this.sweep();
      this.start();
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  /**
   * Keep-alive [MQTT-3.1.2-24]: closes a connection after one and a half times the announced interval without a byte. A
   * client with pending messages may be paused, so its silence does not count.
   */
  sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const link of this.all) {
      const bytes = link.origin.bytesRead();
      if (bytes !== link.seenBytes || link.hasPending || link.seenAtMs === 0) {
        link.seenBytes = bytes;
        link.seenAtMs = nowMs;
      } else if (link.keepaliveMs > 0 && nowMs - link.seenAtMs > 1.5 * link.keepaliveMs) {
        link.drop('keepalive', 'sent nothing for one and a half keep-alive intervals');
      }
      if (!link.stream.writableNeedDrain) link.drainSinceMs = nowMs;
      else if (nowMs - link.drainSinceMs > drainMaxMs) link.drop('slow', 'does not read what is sent to it');
    }
  }
}
