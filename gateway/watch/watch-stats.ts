import type { QuotaRefusal } from '../../shared/bounds/quota-refusals.ts';
import type { LevelsStats } from './levels/levels.ts';
import type { ModelStatus } from './model/model-client.ts';
import type { SavedBaselinesStats } from './saved-baselines/statistics.ts';
import type { ScorerStats } from './scorer.ts';
import type { SilenceStats } from './silence/silence-options.ts';
import type { WindowsStats } from './windows/windows-options.ts';

export interface WatchStats {
  windows: WindowsStats;
  /** Machines that are not watched because their sender has as many as one may. */
  quotas: { counts: Record<string, number>; refused: QuotaRefusal[] };
  /** Machines and sensors that have limits of their own. */
  ownLimits: { machines: number; sensors: number };
  maintenance: { on: number; planned: number };
  /** The saved baselines, under the name that users of the API know. */
  normals: SavedBaselinesStats | null;
  levels: LevelsStats & { saveFailures: number };
  model: ModelStatus;
  scorer: ScorerStats | null;
  silence: SilenceStats & { saveFailures: number };
}
