/** The word of people: that what lasts is normal now, or that it was a fault; and how a fault is recognised when it comes again. */
import { beginDay, levelOf } from './day-levels.ts';
import { change, endEpisode, isInEpisode } from './episode.ts';
import { type RelationNumbers, scalar, sides } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { isJudged, residualDeviation } from './residuals.ts';

const { slackShare, slackMs, acceptedRows, daysMin } = relationParameters;
/** A sensor that was farther than this share of its level in what is normal now learns its days anew. */
const farShare = 0.5;

/** The least cosine of the angle between two signatures, and the least size, as a share of what is known, at which they are alike. */
const cosineMin = 0.85;
const sizeMin = 0.4;
/** A signature of which less is left, since sensors are gone, says nothing. */
const keptShareMin = 0.8;

/** How far each sensor was on average in an episode, over its level; with the sign of the side. */
export type Signature = readonly number[];

/** Forgets what is usual in the state that the machine says it is in, which is learnt from its next rows. Returns false if it says none. */
export function forgetState(numbers: RelationNumbers): boolean {
  const { layout, floats, centres } = numbers;
  if (!centres || centres.place < 0) return false;
  const from = centres.place * layout.sensors;
  centres.means.fill(0, from, from + layout.sensors);
  centres.rows[centres.place] = 0;
  floats.fill(0, layout.short, layout.short + 2 * layout.sensors);
  endEpisode(numbers);
  return true;
}

/**
 * Takes what the machine does now for normal. @param seen what it did by the normal of before @returns false if it does so now and
 * then, so that it is also as it was before
 */
export function confirmNormal(numbers: RelationNumbers, seen: RelationNumbers): boolean {
  const { layout, doubles, floats } = numbers;
  const lasts = floats.subarray(layout.shift, layout.shift + layout.sensors).some((by) => by !== 0);
  const comesAgain = !lasts && seen.doubles[scalar.visits]! > 1;
  if (comesAgain) endEpisode(numbers);
  else if (isInEpisode(numbers)) change(numbers);
  for (let i = 0; i < layout.sensors; i++) {
    floats[layout.mean + i]! += floats[layout.shift + i]!;
    floats[layout.shift + i] = 0;
    const mean = seen.floats[layout.episode + i]! / residualDeviation(numbers, i);
    const side = mean > 0 ? sides.above : sides.below;
    floats[layout.slack + i] = slackShare * Math.abs(mean);
    const isFar = Math.abs(mean) > farShare * levelOf(seen, i, side);
    if (!isFar) continue;
    floats[layout.daysSeen + i] = Math.min(floats[layout.daysSeen + i]!, daysMin);
    const at = layout.dayMean + side * layout.sensors + i;
    if (comesAgain) floats[at] = Math.max(floats[at]!, Math.abs(mean));
  }
  // The day so far is mostly of what was not normal yet.
  if (!comesAgain) beginDay(numbers, doubles[scalar.newestMs]!);
  const lastedMs = doubles[scalar.runMs]! - seen.doubles[scalar.keptRunMs]!;
  doubles[scalar.slackRunMs] = doubles[scalar.runMs]! + Math.max(0, slackMs - lastedMs);
  doubles[scalar.rows] = Math.min(doubles[scalar.rows]!, acceptedRows);
  return !comesAgain;
}

/** The signature of the newest episode, over or not; null if there was none. */
export function signatureOf(numbers: RelationNumbers): Signature | null {
  const { layout, doubles, floats } = numbers;
  if (doubles[scalar.episodeRows] === 0) return null;
  return Array.from({ length: layout.sensors }, (_, i) => {
    const mean = floats[layout.episode + i]! / residualDeviation(numbers, i);
    const level = levelOf(numbers, i, mean > 0 ? sides.above : sides.below);
    return isJudged(numbers, i) && Number.isFinite(level) ? Math.round((100 * mean) / level) / 100 : 0;
  });
}

/** A signature of other sensors, as one of these; null if most of it is of sensors that are gone. */
export function signatureFor(
  known: Signature,
  before: readonly string[],
  now: readonly string[],
): Signature | null {
  const found = now.map((name) => known[before.indexOf(name)] ?? 0);
  return Math.hypot(...found) >= keptShareMin * Math.hypot(...known) ? found : null;
}

/** True if what happens now is like what happened before. */
export function isLike(now: Signature, known: Signature): boolean {
  const [size, own] = [Math.hypot(...known), Math.hypot(...now)];
  if (size === 0 || own < sizeMin * size || now.length !== known.length) return false;
  const product = now.reduce((sum, value, i) => sum + value * known[i]!, 0);
  return product / size / own >= cosineMin;
}
