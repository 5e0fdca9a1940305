import type { Moment } from '../device-time.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { Row } from '../row.ts';
import { sensorsOf } from './content.ts';

/** A clock stands still once readings of the same sensors have had one time for so long, with values that changed so often. */
const stillMsMin = 30_000;
const changesMin = 3;
/** One that counts in whole minutes, or hours, goes on after a while: then it must have stood for so many of these. */
const coarseSteps = 2;
const coarseMsMax = 3_600_000;
/** A step of the clock counts as such if it is as long as it took, but for this share. */
const coarseShare = 1 / 4;
/** Limit of senders that share times of which it is known since when; of more, those known longest are forgotten. */
const sendersMax = 10_000;

interface Known {
  ms: number;
  ns: number;
  /** When the first reading with this time arrived that shares it with another, and how often values have changed since. */
  sinceMs: number;
  changes: number;
  content: number;
  /** How far the clock goes at once; 0 if that is not known. */
  stepMs: number;
}

/**
 * Clocks of devices that stand still: each reading has the time of the one before, though its values are new. Such a time says nothing of
 * when it was measured. Looked at only for readings whose time another one has.
 */
export class StillClocks {
  private readonly byKey = new Map<number, Known>();

  /** True if the clock that gave the reading this time stands still. @param content hash of the reading */
  isStill(schema: MachineSchema, row: Row, { ms, ns }: Moment, content: number, receivedMs: number): boolean {
    const key = schema.index * 2 ** 32 + (sensorsOf(schema, row) >>> 0);
    const known = this.byKey.get(key);
    if (!known || known.ms !== ms || known.ns !== ns) {
      this.begin(key, {
        ms,
        ns,
        sinceMs: receivedMs,
        changes: 0,
        content,
        stepMs: stepOf(known, ms, receivedMs),
      });
      return false;
    }
    if (known.content !== content) known.changes++;
    known.content = content;
    // This computer's clock may have been put back.
    known.sinceMs = Math.min(known.sinceMs, receivedMs);
    const stillMs = Math.max(stillMsMin, coarseSteps * known.stepMs);
    return known.changes >= changesMin && receivedMs - known.sinceMs >= stillMs;
  }

  private begin(key: number, known: Known): void {
    this.byKey.delete(key);
    this.byKey.set(key, known);
    if (this.byKey.size <= sendersMax) return;
    for (const oldest of this.byKey.keys()) {
      this.byKey.delete(oldest);
      return;
    }
  }
}

function stepOf(before: Known | undefined, ms: number, receivedMs: number): number {
  if (!before) return 0;
  const [stepMs, tookMs] = [ms - before.ms, receivedMs - before.sinceMs];
  const isStep = stepMs > 0 && stepMs <= coarseMsMax && Math.abs(stepMs - tookMs) <= coarseShare * stepMs;
  return isStep ? stepMs : 0;
}
