/**
 * The kept normal: what was confirmed before something became unusual, as it was, beside the normal that follows the machine and so
 * comes to explain what lasts or comes again. By it the machine is changed, and not normal, until it has been as before for long enough.
 * Nothing that happens meanwhile teaches it; but what drifted before has gone on, and so much more is allowed the longer it lasts.
 */
import { copyOf, type RelationNumbers, scalar } from './layout.ts';
import { relationParameters } from './parameters.ts';

const { settleMs, clearSettleMs, settleGaps, settleMsMax, keepMs, apartMs, visitsMin } = relationParameters;
const { settleLongerMs, unseenMsMin, beginRows, acceptedMs, clearRatio } = relationParameters;

/** Rows over which it is averaged how far the machine is beyond what is kept. */
const meanRows = 60;

/** Returns a copy of what is confirmed, by which an episode has just begun. */
export function keepNormal(numbers: RelationNumbers): RelationNumbers {
  const kept = copyOf(numbers);
  beginKeeping(kept);
  return kept;
}

/** Stops learning: the machine is not as it was. */
export function beginKeeping({ doubles }: RelationNumbers): void {
  doubles[scalar.keptFromMs] = doubles[scalar.episodeFromMs]!;
  doubles[scalar.seenRunMs] = doubles[scalar.runMs]!;
  doubles[scalar.keptRunMs] = doubles[scalar.runMs]!;
  for (const each of ['gapRunMs', 'unseenMs', 'unseenRows', 'isChanged', 'farRatio'] as const)
    doubles[scalar[each]] = 0;
  doubles[scalar.meanRatio] = 1;
  doubles[scalar.visits] = 1;
  doubles[scalar.isFrozen] = 1;
  doubles[scalar.staleMs] = 0;
}

/** Ends it: how the machine is now is what is confirmed. */
export function endKeeping({ doubles }: RelationNumbers): void {
  doubles[scalar.keptFromMs] = Number.NaN;
  for (const each of ['isFrozen', 'isChanged', 'isFault', 'staleMs'] as const) doubles[scalar[each]] = 0;
}

/** A person says that what is not as it was is normal: the machine may be as it was for some time yet. */
export function acceptKept({ doubles }: RelationNumbers): void {
  doubles[scalar.isChanged] = 0;
  doubles[scalar.isFrozen] = 1;
  doubles[scalar.acceptedRunMs] = doubles[scalar.runMs]! + acceptedMs;
}

export const isAccepted = ({ doubles }: RelationNumbers): boolean => doubles[scalar.acceptedRunMs]! > 0;

/** True if it was so far from what is kept that no day of the machine would explain it. */
export const wasClear = ({ doubles }: Pick<RelationNumbers, 'doubles'>): boolean =>
  doubles[scalar.farRatio]! >= clearRatio;

export interface KeptRow {
  /** How far it is over what is kept, in a visit or not. */
  ratio: number;
  isInVisit: boolean;
  /** True if a visit begins. */
  begins: boolean;
  /** True once the visit has lasted for so long that it is a change by itself. */
  lasts: boolean;
  /** True if the normal that follows the machine tells it too. */
  isTold: boolean;
  /** Running time at the row before. */
  beforeMs: number;
}

/**
 * Follows when the machine is beyond what is kept. Returns false once it is not waited for any more: what comes again is waited for
 * as long as it was away before, and longer. A visit that lasts counts as the first, unless it has come on several occasions.
 */
export function followKept({ doubles }: RelationNumbers, row: KeptRow): boolean {
  const runMs = doubles[scalar.runMs]!;
  if (doubles[scalar.acceptedRunMs]! > 0) return runMs < doubles[scalar.acceptedRunMs]!;
  if (row.begins) {
    const awayMs = runMs - doubles[scalar.seenRunMs]!;
    doubles[scalar.gapRunMs] = Math.max(doubles[scalar.gapRunMs]!, awayMs);
    if (awayMs >= apartMs) doubles[scalar.visits]!++;
  }
  // Something short some days before does not say that what lasts comes and goes.
  if (row.lasts && doubles[scalar.visits]! < visitsMin) {
    doubles[scalar.visits] = 1;
    doubles[scalar.gapRunMs] = 0;
  }
  if (row.ratio > 1 && row.isInVisit) {
    doubles[scalar.seenRunMs] = runMs;
    doubles[scalar.meanRatio]! += (row.ratio - doubles[scalar.meanRatio]!) / meanRows;
    doubles[scalar.farRatio] = Math.max(doubles[scalar.farRatio]!, doubles[scalar.meanRatio]!);
    if (!row.isTold) {
      doubles[scalar.unseenMs]! += runMs - row.beforeMs;
      doubles[scalar.unseenRows]!++;
    }
  }
  const isUnseen = doubles[scalar.unseenMs]! >= unseenMsMin && doubles[scalar.unseenRows]! >= beginRows;
  if (isUnseen || doubles[scalar.visits]! >= visitsMin) doubles[scalar.isChanged] = 1;
  const awayMs = runMs - doubles[scalar.seenRunMs]!;
  const settlesMs = settlesMsOf({ doubles });
  doubles[scalar.isFrozen] = Number(awayMs < settlesMs);
  return awayMs < (doubles[scalar.isChanged] === 1 ? settlesMs : Math.max(keepMs, settlesMs));
}

/** For how long (running) the machine must be within what is kept until it is as it was. */
export function settlesMsOf({ doubles }: Pick<RelationNumbers, 'doubles'>): number {
  const isOne = doubles[scalar.gapRunMs] === 0 && doubles[scalar.visits] === 1;
  const leastMs = isOne && wasClear({ doubles }) ? clearSettleMs : settleMs;
  const gapMs = doubles[scalar.gapRunMs]!;
  const againMs = Math.min(settleGaps * gapMs, gapMs + settleLongerMs);
  return Math.min(settleMsMax, Math.max(leastMs, againMs));
}
