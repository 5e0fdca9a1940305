import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lanes } from '../../../shared/contract/lanes.ts';
import { decodeSegmentHeader, parseSegmentName, segmentHeaderBytes } from './format.ts';

/**
 * The newest wall time that the journal in `dir` tells of, ms since 1970; 0 where it tells nothing. For a clock that has
 * not been set: when the newest segments were begun (by the gateway's clock), and last written (by the system's).
 */
export function newestTime(dir: string): number {
  return Math.max(0, ...lanes.flatMap((lane) => timesOfNewest(join(dir, lane))));
}

/** Whatever cannot be read says nothing here: the journal's recovery looks at it properly. */
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
