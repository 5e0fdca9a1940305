import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';

export interface SavedBaselinesStats {
  /** Machines restored since the start; saved machines that have sent nothing yet. */
  restored: number;
  absent: number;
  /**
   * Machines that learn a new baseline because their record was damaged (files), or of another contract, version or
   * sensors.
   */
  damagedFiles: number;
  foreign: number;
  saves: number;
  saveFailures: number;
  writtenBytes: number;
  /** Age of the oldest file that lacks something learnt; 0 if none does. */
  oldestMs: number;
}

/** The names are older than the word "baseline". */
export const savedBaselinesStatistics = declareStatistics({
  harbinger_normals_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest file of saved baselines that is outdated; 0 if none is',
  },
  harbinger_normals_restored: {
    type: 'gauge',
    help: 'Machines whose saved baseline was restored',
  },
  harbinger_normals_absent: {
    type: 'gauge',
    help: 'Machines with a saved baseline that have sent nothing since the start',
  },
  harbinger_normals_damaged: { type: 'gauge', help: 'Files of saved baselines set aside at the start' },
  harbinger_normals_foreign: {
    type: 'gauge',
    help: 'Machines whose saved baseline was of another contract, version or sensors',
  },
  harbinger_normals_saves_total: { type: 'counter', help: 'Files of saved baselines written' },
  harbinger_normals_save_failures_total: {
    type: 'counter',
    help: 'Writes of saved baselines that the disk refused',
  },
  harbinger_normals_written_bytes_total: { type: 'counter', help: 'Bytes of saved baselines written' },
});

export function savedBaselinesSamples(
  stats: SavedBaselinesStats,
): SamplesOf<typeof savedBaselinesStatistics> {
  return {
    harbinger_normals_age_seconds: stats.oldestMs / 1_000,
    harbinger_normals_restored: stats.restored,
    harbinger_normals_absent: stats.absent,
    harbinger_normals_damaged: stats.damagedFiles,
    harbinger_normals_foreign: stats.foreign,
    harbinger_normals_saves_total: stats.saves,
    harbinger_normals_save_failures_total: stats.saveFailures,
    harbinger_normals_written_bytes_total: stats.writtenBytes,
  };
}
