import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lanes } from '../../../shared/contract/lanes.ts';
import { decodeSegmentHeader, parseSegmentName, segmentHeaderBytes } from './format.ts';

/**
 * Returns the newest wall time found in the journal in `dir`, ms since 1970; 0 if there is none. It serves a clock that
 * has not been set, and considers when the newest segments were created (by the gateway's clock) and last written (by
 * the system's).
 */
export function newestTime(dir: string): number {
  return Math.max(0, ...lanes.flatMap((lane) => timesOfNewest(join(dir, lane))));
}

/** Errors are ignored here; the journal's recovery handles them. */
function timesOfNewest(dir: string): number[] {
  try {
    const name = readdirSync(dir)
      .filter((each) => parseSegmentName(each) !== null)
      .sort()
      .at(-1);
    if (name === undefined) return [];
    const path = join(dir, name);
    const created = createdMs(path);
    return [Math.floor(statSync(path).mtimeMs), ...(created === null ? [] : [created])];
  } catch {
    return [];
  }
}

function createdMs(path: string): number | null {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(segmentHeaderBytes);
    const read = readSync(file, bytes, 0, segmentHeaderBytes, 0);
    return decodeSegmentHeader(bytes.subarray(0, read))?.createdMs ?? null;
  } finally {
    closeSync(file);
  }
}
