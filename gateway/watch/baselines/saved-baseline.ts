import type { SavedKinds } from '../kinds/sensor-kinds.ts';
import type { SavedEpisodes } from '../own-episodes/own-episodes.ts';
import type { SavedShifts } from '../slow-shifts/slow-shifts.ts';
import type { SavedUsualRange } from '../usual-range/usual-range.ts';
import type { SavedFault } from './behaviour.ts';
import type { SavedRelations } from './growing-relations.ts';
import type { SavedModes } from './mode-watch.ts';

/** The part of a baseline that is saved across restarts. How its sensors go together is absent from earlier versions. */
export interface SavedBaseline extends Partial<SavedRelations> {
  /** Time of the last sampled row; null if none was. */
  takenMs: number | null;
  /** Names of the detector's columns. */
  sensors: readonly string[];
  detector: Uint8Array;
  /** Faults that people have named; absent from earlier versions. */
  faults?: readonly SavedFault[];
  /** The mode that it is in; absent from earlier versions. */
  modes?: SavedModes;
  /** Absent if it has none. */
  usual?: SavedUsualRange;
  /** Episodes that ended by themselves; absent if there was none, and from earlier versions. */
  episodes?: SavedEpisodes;
  /** Days of it, and what has slowly shifted; absent if there is none yet, and from earlier versions. */
  shifts?: SavedShifts;
  /** Kinds that were found, by sensor; null: all were learnt as quantities, by an earlier version. */
  kinds: SavedKinds;
}
