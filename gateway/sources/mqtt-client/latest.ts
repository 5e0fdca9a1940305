import { createHash } from 'node:crypto';

/** A retained message that was taken, as it is kept over restarts. */
export type Kept = readonly [topic: string, digest: string];

const topicsMax = 10_000;
const topicBytesMax = 1 << 20;

/**
 * The latest message of each topic, as a digest. A broker sends what it has retained at each new subscription, which says
 * nothing new if it was taken before, live or retained. The topics that were heard longest ago are forgotten.
 */
export class LatestMessages {
  private readonly digests = new Map<string, { digest: string; isRetained: boolean }>();
  private bytes = 0;

  constructor(kept: readonly Kept[] = []) {
    for (const [topic, digest] of kept) this.set(topic, digest, true);
  }

  isLatest(topic: string, digest: string): boolean {
    return this.digests.get(topic)?.digest === digest;
  }

  /** Notes a message that was stored as readings. Returns true if what is kept over restarts has changed. */
  note(topic: string, digest: string, isRetained: boolean): boolean {
    const before = this.digests.get(topic);
    this.set(topic, digest, isRetained || before?.isRetained === true);
    return isRetained && before?.digest !== digest;
  }

  /** Latest messages of topics on which a retained one came. */
  kept(): Kept[] {
    return [...this.digests].flatMap(([topic, { digest, isRetained }]) =>
      isRetained ? [[topic, digest] as const] : [],
    );
  }

  private set(topic: string, digest: string, isRetained: boolean): void {
    if (this.digests.delete(topic)) this.bytes -= topic.length;
    this.digests.set(topic, { digest, isRetained });
    this.bytes += topic.length;
    for (const oldest of this.digests.keys()) {
      if (this.digests.size <= topicsMax && this.bytes <= topicBytesMax) return;
      this.digests.delete(oldest);
      this.bytes -= oldest.length;
    }
  }
}

export function digestOf(payload: Buffer): string {
  return createHash('sha1').update(payload).digest('base64').slice(0, 16);
}
