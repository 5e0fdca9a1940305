import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { InputDrift } from './drift/input-drift.ts';
import { keptDrift } from './drift/kept-drift.ts';
import type { SavedInputs } from './drift/machine-inputs.ts';
import { ListSaver } from './kept-lists/list-saver.ts';
import { keptLevels } from './levels/kept-levels.ts';
import type { Levels, SavedMachine } from './levels/levels.ts';
import type { SavedHearing } from './silence/hearing.ts';
import { keptHearings } from './silence/kept-hearings.ts';
import type { Silence } from './silence/silence.ts';

interface Options {
  hearingsPath?: string;
  levelsPath?: string;
  driftPath?: string;
  config: { saveNormalsMs: number };
  clock: Clock;
  log: Log;
}

/** Interval of saving what changes with nearly every reading. */
const saveMs = 3_600_000;

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
