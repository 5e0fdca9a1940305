/** Deletes points by time, oldest first, in pieces whose length follows from how long they take. */
import type { RetentionServer } from './server.ts';
import type { Work } from './work.ts';

const hourMs = 3_600_000;
const pieceMsMax = 240 * hourMs;
/** The next piece is longer if one took less than the first, mostly for counting, and shorter if it took more than the second. */
const quickMs = 500;
const slowMs = 2_000;

/** @returns how many points were deleted, or would be */
export async function deleteBefore(
  work: Work,
  server: RetentionServer,
  measurement: string,
  beforeMs: number,
  isDryRun: boolean,
): Promise<number> {
  let deleted = 0;
  let lengthMs = 24 * hourMs;
  let at = await server.firstMs(measurement, null, beforeMs);
  while (at !== null && !work.isOver) {
    const span = { fromMs: at, toMs: Math.min(at + lengthMs, beforeMs) };
    const { result, tookMs } = await work.piece(() =>
      work.timed(async () => {
        const points = await server.points(measurement, span);
        if (!isDryRun) await server.delete(measurement, span);
        return points;
      }),
    );
    deleted += result;
    if (tookMs < quickMs) lengthMs = Math.min(lengthMs * 2, pieceMsMax);
    else if (tookMs > slowMs) lengthMs = Math.max(lengthMs / 2, hourMs);
    at = await server.firstMs(measurement, span.toMs, beforeMs);
  }
  return deleted;
}
