/** Saved relations: 8-byte little-endian numbers (version, number of sensors, what follows), then all arrays. */
import { HarbingerError } from '../../runtime/errors.ts';
import { beginKeeping } from './kept-normal.ts';
import {
  copyOf,
  doublesFixed,
  newRelationNumbers,
  newStateCentres,
  type RelationNumbers,
  scalar,
} from './layout.ts';
import { relationParameters } from './parameters.ts';

/** Must be raised when the same bytes get another meaning. */
const version = 4;
/** The version before knew no drift. */
const versionBefore = 3;
const doublesFixedBefore = 32;
/** Earlier versions, without and with what is usual in each state, had fewer counts and kept no normal. */
const versionsEarlier = [1, 2];
const doublesFixedEarlier = 17;
const headBytes = 16;

/** Parts that may follow the head: a second normal, and states of each. */
const parts = { states: 1, kept: 2, keptStates: 4 } as const;

export interface SavedNumbers {
  numbers: RelationNumbers;
  /** See `RelationDetector`. */
  kept: RelationNumbers | null;
}

const arraysOf = ({ doubles, floats, centres }: RelationNumbers) => [
  ...[doubles, floats],
  ...(centres ? [centres.codes, centres.rows, centres.newestMs, centres.means] : []),
];

export function bytesOf(numbers: RelationNumbers, kept: RelationNumbers | null): Uint8Array<ArrayBuffer> {
  const has =
    (numbers.centres ? parts.states : 0) | (kept ? parts.kept : 0) | (kept?.centres ? parts.keptStates : 0);
  const head = Float64Array.of(version, numbers.layout.sensors, has);
  const arrays = [head, ...arraysOf(numbers), ...(kept ? arraysOf(kept) : [])];
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** @throws HarbingerError DETECTOR_STATE */
export function numbersFrom(bytes: Uint8Array): SavedNumbers {
  if (bytes.length < headBytes) throw foreign();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [known, sensors] = [view.getFloat64(0, true), view.getFloat64(8, true)];
  const isCount = Number.isInteger(sensors) && sensors >= 0 && sensors <= relationParameters.sensorsMax;
  if (!isCount) throw foreign();
  if (versionsEarlier.includes(known)) return earlier(bytes, sensors, known === versionsEarlier[1]);
  const isBefore = known === versionBefore;
  if ((known !== version && !isBefore) || bytes.length < headBytes + 8) throw foreign();
  const has = view.getFloat64(headBytes, true);
  const numbers = newNumbers(sensors, (has & parts.states) > 0);
  const kept = has & parts.kept ? newNumbers(sensors, (has & parts.keptStates) > 0) : null;
  const both = [numbers, ...(kept ? [kept] : [])].map(isBefore ? withoutDrift : whole);
  fill(
    both.flatMap(({ arrays }) => arrays),
    bytes,
    headBytes + 8,
  );
  for (const { done } of both) done();
  return { numbers, kept };
}

function newNumbers(sensors: number, hasStates: boolean): RelationNumbers {
  const numbers = newRelationNumbers(sensors);
  if (hasStates) numbers.centres = newStateCentres(sensors);
  return numbers;
}

interface Filled {
  arrays: (Float64Array | Float32Array)[];
  /** Called once they are filled. */
  done(): void;
}

const whole = (numbers: RelationNumbers): Filled => ({ arrays: arraysOf(numbers), done: () => {} });

/** Arrays of the version before: a count, and two numbers of each sensor, were not in them. */
function withoutDrift(numbers: RelationNumbers): Filled {
  const { layout, doubles, floats } = numbers;
  const saved = new Float64Array(layout.doubles - doublesFixed + doublesFixedBefore);
  return {
    arrays: [saved, floats.subarray(0, layout.daySum), ...arraysOf(numbers).slice(2)],
    done() {
      doubles.set(saved.subarray(0, doublesFixedBefore));
      doubles.set(saved.subarray(doublesFixedBefore), doublesFixed);
    },
  };
}

/** Fills arrays with all bytes from a place on. @throws HarbingerError DETECTOR_STATE */
function fill(arrays: (Float64Array | Float32Array)[], bytes: Uint8Array, from: number): void {
  let at = from;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    if (at + byteLength > bytes.length) throw foreign();
    new Uint8Array(buffer, byteOffset, byteLength).set(bytes.subarray(at, at + byteLength));
    at += byteLength;
  }
  if (at !== bytes.length) throw foreign();
}

/** Reads what an earlier version has learnt. What it called changed had its normal in it, apart from the shifts. */
function earlier(bytes: Uint8Array, sensors: number, hasStates: boolean): SavedNumbers {
  const numbers = newNumbers(sensors, hasStates);
  const { layout, doubles } = numbers;
  const saved = new Float64Array(layout.doubles - doublesFixed + doublesFixedEarlier);
  const floats = numbers.floats.subarray(0, layout.slack);
  fill([saved, floats, ...arraysOf(numbers).slice(2)], bytes, headBytes);
  const changedFromMs = saved[scalar.keptFromMs]!;
  doubles.set(saved.subarray(0, doublesFixedEarlier));
  doubles.fill(0, doublesFixedEarlier, doublesFixed);
  doubles.set(saved.subarray(doublesFixedEarlier), doublesFixed);
  doubles[scalar.keptFromMs] = Number.NaN;
  doubles[scalar.seenRunMs] = Number.NaN;
  doubles[scalar.runMs] = 0;
  doubles[scalar.paceMs] = 0;
  if (doubles[scalar.isFault] === 1) {
    beginKeeping(numbers);
    return { numbers, kept: null };
  }
  const isChanged = !Number.isNaN(changedFromMs);
  if (!isChanged && Number.isNaN(doubles[scalar.episodeFromMs]!)) return { numbers, kept: null };
  const kept = copyOf(numbers);
  beginKeeping(kept);
  kept.floats.fill(0, layout.shift, layout.shift + sensors);
  if (isChanged) {
    kept.doubles[scalar.keptFromMs] = changedFromMs;
    kept.doubles[scalar.isChanged] = 1;
  }
  return { numbers, kept };
}

function foreign(): HarbingerError {
  return new HarbingerError(
    'DETECTOR_STATE',
    'intelligence',
    'the saved relations do not fit this version of the detector: let the machine learn them anew',
  );
}
