/** How fast the store grows: what it took at the beginning of up to a week, and what it takes now. */

const dayMs = 86_400_000;
const windowMs = 7 * dayMs;
/** Samples are at least so far apart. */
const apartMs = 3_600_000;
/** A shorter time says nothing. */
const spanMsMin = 3_600_000;

export interface SpaceSample {
  /** Ms since 1970. */
  atMs: number;
  usedBytes: number;
}

/** Adds a sample and leaves out those that are too old, or that come from a time that has not come yet. */
export function withSample(samples: readonly SpaceSample[], sample: SpaceSample): SpaceSample[] {
  const kept = samples.filter(({ atMs }) => atMs <= sample.atMs && sample.atMs - atMs <= windowMs);
  const last = kept.at(-1);
  return last && sample.atMs - last.atMs < apartMs ? kept : [...kept, sample];
}

/** Days until `boundBytes` are used; null if the store does not grow, or if too little is known. */
export function daysToBound(
  samples: readonly SpaceSample[],
  now: SpaceSample,
  boundBytes: number,
): number | null {
  if (now.usedBytes >= boundBytes) return 0;
  const first = samples[0];
  if (!first || now.atMs - first.atMs < spanMsMin) return null;
  const bytesADay = ((now.usedBytes - first.usedBytes) / (now.atMs - first.atMs)) * dayMs;
  return bytesADay <= 0 ? null : (boundBytes - now.usedBytes) / bytesADay;
}
