/**
 * Writes files in NASA's C-MAPSS format with generated engines: four sensors show wear, the others noise or a
 * constant.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';

export interface CmapssFiles {
  engines: number;
  seed: number;
  /** Line ending, as some editors write it. */
  lineEnd?: string;
}

/** The rows of one engine: unit, cycle, settings 1–3, sensors 1–21. */
function engine(unit: number, rows: number, random: ReturnType<typeof seededRandom>): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const wear = Math.max(0, 1 - (rows - 1 - row) / 120) ** 2;
    const sensors = Array.from({ length: 21 }, (_, i) => {
      const name = i + 1;
      if ([1, 5, 10, 16, 18, 19].includes(name)) return 100;
      return 1_000 + (name % 4 === 3 ? 30 * wear : 0) + gaussian(random);
    });
    return [unit, row + 1, 0, 0, 100, ...sensors];
  });
}

const text = (rows: number[][], lineEnd: string) =>
  rows.map((row) => `${row.join(' ')}  ${lineEnd}`).join('');

/** Writes train_FD001.txt. */
export function writeTraining(folder: string, { engines, seed, lineEnd = '\n' }: CmapssFiles): void {
  const random = seededRandom(seed);
  const rows = Array.from({ length: engines }, (_, i) =>
    engine(i + 1, 130 + Math.floor(80 * random.next()), random),
  );
  writeFileSync(join(folder, 'train_FD001.txt'), text(rows.flat(), lineEnd));
}

/**
 * Writes test_FD001.txt and RUL_FD001.txt with engines cut off before failure, the first ones after 1, 2, …
 * rows.
 * @returns the remaining life of each engine
 */
export function writeTest(folder: string, { engines, seed, lineEnd = '\n' }: CmapssFiles): number[] {
  const random = seededRandom(seed);
  const left: number[] = [];
  const rows = Array.from({ length: engines }, (_, i) => {
    const life = engine(i + 1, 130 + Math.floor(80 * random.next()), random);
    const seen = i < 19 ? i + 1 : 1 + Math.floor(random.next() * (life.length - 1));
    left.push(life.length - seen);
    return life.slice(0, seen);
  });
  writeFileSync(join(folder, 'test_FD001.txt'), text(rows.flat(), lineEnd));
  writeFileSync(join(folder, 'RUL_FD001.txt'), left.map((life) => `${life} ${lineEnd}`).join(''));
  return left;
}
