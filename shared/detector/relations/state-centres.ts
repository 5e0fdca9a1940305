/**
 * Centres: what residuals are on average in each state that a machine says it is in, such as its product. What the other sensors do
 * not explain, and the state does, is expected then; and a fault that is there in one state only is not hidden by the others.
 */
import { newStateCentres, type RelationNumbers, type StateCentres, scalar } from './layout.ts';
import { relationParameters } from './parameters.ts';

const { centreRows, memoryMs, memoryRowsMin, episodeWeight, deviationsMax } = relationParameters;
/** A residual teaches a centre that is known as if it were at most so many deviations away. */
const farMax = 3;

/** Chooses the state of the row. @param code NaN: it says none */
export function chooseState(numbers: RelationNumbers, code: number, timeMs: number): void {
  if (!Number.isFinite(code)) {
    if (numbers.centres) numbers.centres.place = -1;
    return;
  }
  numbers.centres ??= newStateCentres(numbers.layout.sensors);
  const { centres } = numbers;
  const { codes, rows, newestMs, means } = centres;
  let place = codes.indexOf(code);
  if (place < 0) {
    place = placeFor(centres, timeMs);
    if (place < 0) {
      centres.place = -1;
      return;
    }
    codes[place] = code;
    rows[place] = 0;
    means.fill(0, place * numbers.layout.sensors, (place + 1) * numbers.layout.sensors);
  }
  newestMs[place] = timeMs;
  rows[place]!++;
  centres.place = place;
}

/**
 * Returns a free place, or that of the state that was away for longest if it was for the whole memory; −1 if there is none. A sensor
 * with ever new codes, such as batch numbers, says no state then: each would take for usual what its first rows show.
 */
function placeFor({ codes, newestMs }: StateCentres, timeMs: number): number {
  const free = codes.findIndex((each) => Number.isNaN(each));
  if (free >= 0) return free;
  // A clock that was ahead for a while may have left times to come.
  const away = Array.from(newestMs, (each) => Math.abs(timeMs - each));
  const longest = Math.max(...away);
  return longest >= memoryMs ? away.indexOf(longest) : -1;
}

/** Returns what the residual of a sensor is on average in the state of the row, in deviations of the sensor; 0 if it says none. */
export function centreOf({ layout, centres }: RelationNumbers, sensor: number): number {
  if (!centres || centres.place < 0) return 0;
  return centres.means[centres.place * layout.sensors + sensor]!;
}

/** Teaches the state of the row. @param far what is left of the residual @param deviation of it, in deviations of the sensor */
export function teachCentre(
  { layout, doubles, centres }: RelationNumbers,
  sensor: number,
  far: number,
  deviation: number,
  passedMs: number,
): void {
  if (!centres || centres.place < 0) return;
  const rows = centres.rows[centres.place]!;
  const isYoung = rows < centreRows;
  if (!isYoung && doubles[scalar.isFrozen] === 1) return;
  const least = Math.min(1 / memoryRowsMin, passedMs / memoryMs);
  const isInEpisode = !Number.isNaN(doubles[scalar.episodeFromMs]!);
  const weight = isYoung ? 1 / rows : Math.max(1 / rows, least) * (isInEpisode ? episodeWeight : 1);
  // A state far from the others is reached within some rows all the same; one bad reading is not its centre.
  const bound = isYoung ? deviationsMax * deviation : farMax * deviation;
  const bounded = Math.max(-bound, Math.min(bound, far));
  centres.means[centres.place * layout.sensors + sensor]! += weight * bounded;
}
