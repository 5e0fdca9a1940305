import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { WatchConfig } from './config.ts';
import type { InputDrift } from './drift/input-drift.ts';
import { keptDrift } from './drift/kept-drift.ts';
import type { SavedInputs } from './drift/machine-inputs.ts';
import { ListSaver } from './kept-lists/list-saver.ts';
import { keptLate } from './late/kept-late.ts';
import type { LateNotes, SavedLate } from './late/late-notes.ts';
import { keptLevels } from './levels/kept-levels.ts';
import type { Levels, SavedMachine } from './levels/levels.ts';
import { baselineFiles } from './saved-baselines/files.ts';
import { SavedBaselines } from './saved-baselines/saved-baselines.ts';
import type { SavedHearing } from './silence/hearing.ts';
import { keptHearings } from './silence/kept-hearings.ts';
import type { Silence } from './silence/silence.ts';

interface Options {
  types: ReadonlyMap<string, MachineType>;
  baselinesDir?: string;
  hearingsPath?: string;
  levelsPath?: string;
  driftPath?: string;
  latePath?: string;
  config: Pick<WatchConfig, 'saveNormalsMs' | 'machinesMax'>;
  clock: Clock;
  log: Log;
}

/** Interval of saving what changes with nearly every reading. */
const saveMs = 3_600_000;
/** Late readings that wait are known to the disk soon after they have come; that they were judged, when decisions have heard of it. */
const lateMs = { soonMs: 50, saveMs: 6_000 };

/** All senders together may have that many windows, see Quotas. */
export const machinesMaxOf = ({ machinesMax }: Pick<WatchConfig, 'machinesMax'>) => 2 * machinesMax;

export function keepBaselines({ baselinesDir, types, config, clock, log }: Options): SavedBaselines | null {
  if (baselinesDir === undefined) return null;
  const [files, machinesMax] = [baselineFiles(baselinesDir), machinesMaxOf(config)];
  return new SavedBaselines({ files, types, machinesMax, saveMs: config.saveNormalsMs, clock, log });
}

export function keepHearings(
  { hearingsPath, config, clock, log }: Options,
  silence: Silence,
): ListSaver<SavedHearing> | null {
  if (hearingsPath === undefined) return null;
  const kept = { path: hearingsPath, kept: keptHearings, owner: silence };
  const saver = new ListSaver({ ...kept, saveMs: config.saveNormalsMs, clock, log });
  silence.changed = (isSoon) => saver.changed(isSoon);
  return saver;
}

export function keepLevels(
  { levelsPath, clock, log }: Options,
  levels: Levels,
): ListSaver<SavedMachine> | null {
  if (levelsPath === undefined) return null;
  const kept = { path: levelsPath, kept: keptLevels, owner: levels };
  return new ListSaver({ ...kept, saveMs, changesAlways: true, clock, log });
}

export function keepDrift(
  { driftPath, clock, log }: Options,
  drift: InputDrift,
): ListSaver<SavedInputs> | null {
  if (driftPath === undefined) return null;
  const kept = { path: driftPath, kept: keptDrift, owner: drift };
  return new ListSaver({ ...kept, saveMs, changesAlways: true, clock, log });
}

export function keepLate({ latePath, clock, log }: Options, notes: LateNotes): ListSaver<SavedLate> | null {
  if (latePath === undefined) return null;
  const saver = new ListSaver({ path: latePath, kept: keptLate, owner: notes, ...lateMs, clock, log });
  notes.changed = (isSoon) => saver.changed(isSoon);
  return saver;
}
