/** The word of people: that what lasts is normal now, or that it was a fault; and how a fault is recognised when it comes again. */
import { levelOf } from './day-levels.ts';
import { change, endEpisode, undoChange } from './episode.ts';
import { type RelationNumbers, scalar, sides } from './layout.ts';
import { isJudged, relationRow, residualDeviation, residualsOfShift } from './residuals.ts';

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

/** Takes what the machine does now for normal. Returns false if it is as it was, so that there is nothing to learn. */
export function confirmNormal(numbers: RelationNumbers): boolean {
  const { layout, doubles, floats } = numbers;
  if (!Number.isNaN(doubles[scalar.episodeFromMs]!)) change(numbers);
  if (Number.isNaN(doubles[scalar.changedFromMs]!)) return false;
  for (let i = 0; i < layout.sensors; i++) floats[layout.mean + i]! += floats[layout.shift + i]!;
  floats.fill(0, layout.shift, layout.shift + layout.sensors);
  doubles[scalar.changedFromMs] = Number.NaN;
  doubles[scalar.backFromMs] = Number.NaN;
  return true;
}

/** Takes what lasts for a fault: the machine is unusual until it is as it was. Returns false if it is. */
export function confirmFault(numbers: RelationNumbers): boolean {
  const { layout, doubles, floats } = numbers;
  const { changedFromMs, episodeFromMs } = scalar;
  const fromMs = doubles[changedFromMs]!;
  if (!Number.isNaN(fromMs)) {
    floats.set(effectOfChange(numbers), layout.episode);
    undoChange(numbers);
    doubles[episodeFromMs] = fromMs;
  }
  if (Number.isNaN(doubles[episodeFromMs]!)) return false;
  doubles[scalar.isFault] = 1;
  return true;
}

function effectOfChange(numbers: RelationNumbers): Float64Array {
  const { layout, floats } = numbers;
  const effect = relationRow(layout.sensors).product;
  residualsOfShift(numbers, (i) => floats[layout.shift + i]!, effect);
  return effect;
}

/** The signature of what is changed, or of the newest episode, over or not; null if there was none. */
export function signatureOf(numbers: RelationNumbers): Signature | null {
  const { layout, doubles, floats } = numbers;
  if (doubles[scalar.episodeRows] === 0) return null;
  const isChanged = !Number.isNaN(doubles[scalar.changedFromMs]!);
  const effect = isChanged ? effectOfChange(numbers).slice() : null;
  return Array.from({ length: layout.sensors }, (_, i) => {
    const mean = (effect ? effect[i]! : floats[layout.episode + i]!) / residualDeviation(numbers, i);
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
