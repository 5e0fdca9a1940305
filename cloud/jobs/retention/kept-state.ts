/** The memory of the job over a restart: `retention.json` in the data folder. */
import { join } from 'node:path';
import { readRegular } from '../../../shared/files/read-regular.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import type { RetentionReport } from '../../ports/retention/retention.ts';
import type { SpaceSample } from './growth.ts';

export interface KeptState {
  /** State of a SettledTime, which checks it. */
  time: unknown;
  samples: SpaceSample[];
  last: RetentionReport | null;
}

const bytesMax = 4 << 20;

/** A file that is missing or damaged is an empty one: then the clock is watched anew before anything is deleted. */
export function readState(dataDir: string): KeptState {
  try {
    const read: unknown = JSON.parse(readRegular(pathIn(dataDir), bytesMax).toString('utf8'));
    const { time = null, samples = [], last = null } = read as Partial<KeptState>;
    const areSound =
      Array.isArray(samples) &&
      samples.every(({ atMs, usedBytes }) => Number.isFinite(atMs) && Number.isFinite(usedBytes));
    const isReport = typeof last === 'object' && Array.isArray(last?.measurements);
    return { time, samples: areSound ? samples : [], last: isReport ? last : null };
  } catch {
    return { time: null, samples: [], last: null };
  }
}

export function writeState(dataDir: string, state: KeptState): Promise<void> {
  return replaceFile(pathIn(dataDir), JSON.stringify(state));
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'retention.json');
}
