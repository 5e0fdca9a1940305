/** Levels: where the values of a sensor are, if they are at a few places with nearly nothing between them. */
import { hasBegun } from './histogram.ts';
import { countAt, countsOf, floatsOf, type ModeNumbers } from './layout.ts';
import { modeParameters } from './parameters.ts';

const { bins, modesMax, strayShare, straysShare, levelShare, levelRows, gapMin, reachShare } = modeParameters;

export interface Levels {
  sensor: number;
  /** From low to high, in the unit of the sensor. */
  all: { level: number; reach: number; half: number; rows: number }[];
  /** The least gap between two. */
  gap: number;
  /** How clear they are: the least gap over the widest level. */
  clear: number;
}

/** The levels of the sensor that has the clearest ones; null if none has two or more. */
export function findLevels(numbers: ModeNumbers): Levels | null {
  let best: Levels | null = null;
  for (let sensor = 0; sensor < numbers.sensors; sensor++) {
    const found = levelsOf(numbers, sensor);
    if (found && (best === null || found.clear > best.clear)) best = found;
  }
  return best;
}

interface Band {
  from: number;
  to: number;
  rows: number;
  sum: number;
}

function levelsOf({ floats, counts }: ModeNumbers, sensor: number): Levels | null {
  const base = countsOf * sensor;
  if (counts[base + countAt.isRejected] === 1 || !hasBegun(floats, sensor)) return null;
  let total = 0;
  for (let place = 0; place < bins + 2; place++) total += counts[base + place]!;
  const bands = bandsIn(counts, base, total).filter(
    // Rare levels are found later, as modes that were never seen.
    ({ rows }) => rows >= Math.max(levelRows, levelShare * total),
  );
  const held = bands.reduce((sum, { rows }) => sum + rows, 0);
  if (bands.length < 2 || bands.length > modesMax || total - held > straysShare * total) return null;
  const gaps = bands.slice(1).map(({ from }, i) => from - bands[i]!.to);
  const widest = Math.max(...bands.map(({ from, to }) => to - from));
  const gap = Math.min(...gaps);
  if (gap < Math.max(2, gapMin * widest)) return null;
  const [low, width] = [floats[floatsOf * sensor]!, floats[floatsOf * sensor + 1]!];
  const all = bands.map(({ from, to, rows, sum }, i) => {
    const beside = Math.min(gaps[i - 1] ?? Number.POSITIVE_INFINITY, gaps[i] ?? Number.POSITIVE_INFINITY);
    const level = sum / rows;
    const half = Math.max(to - level, level - from);
    const reach = width * (half + reachShare * beside);
    return { level: low + width * level, reach, half: width * half, rows };
  });
  return { sensor, all, gap: width * gap, clear: gap / widest };
}

/** Runs of parts that hold more than what is on the way from one level to another. */
function bandsIn(counts: Uint16Array, base: number, total: number): Band[] {
  const bands: Band[] = [];
  let band: Band | null = null;
  for (let bin = 0; bin < bins; bin++) {
    const rows = counts[base + bin]!;
    if (rows <= strayShare * total) {
      band = null;
      continue;
    }
    if (band === null) {
      band = { from: bin, to: bin, rows: 0, sum: 0 };
      bands.push(band);
    }
    band.to = bin + 1;
    band.rows += rows;
    band.sum += rows * (bin + 0.5);
  }
  return bands;
}
