import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';
import { savedBaselinesSamples, savedBaselinesStatistics } from './saved-baselines/statistics.ts';
import type { WatchStats } from './watch-stats.ts';

const workerStates = ['starting', 'ready', 'waiting', 'stopped'] as const;
const backends = ['tensorflow', 'wasm', 'cpu'] as const;

/** Windows, models and saved baselines. `intelligence` is the name of this part in `/api/status`. */
export const watchReport = reportOf<{ intelligence: WatchStats }>()({
  name: 'Watch',
  statistics: {
    ...savedBaselinesStatistics,
    harbinger_windows_machines: { type: 'gauge', help: 'Machines with a window' },
    harbinger_windows_rows_total: { type: 'counter', help: 'Rows added to windows' },
    harbinger_windows_evicted_total: {
      type: 'counter',
      help: 'Windows evicted for machines seen later',
    },
    harbinger_windows_unwatched_readings_total: {
      type: 'counter',
      help: 'Readings of machines without a window',
    },
    harbinger_windows_refused_total: {
      type: 'counter',
      help: 'Machines that are not watched because their sender has as many watched ones as one may',
    },
    harbinger_scorer_machines_total: { type: 'counter', help: 'Machines sent to a decision' },
    harbinger_silence_judged_machines: {
      type: 'gauge',
      help: 'Machines whose silence would be told: their rhythm is known, or their type says a time',
    },
    harbinger_silence_silent_machines: { type: 'gauge', help: 'Machines that are silent now' },
    harbinger_silence_forgotten_total: {
      type: 'counter',
      help: 'Machines whose silence is not told because there are too many',
    },
    harbinger_silence_save_failures_total: {
      type: 'counter',
      help: 'Failed writes of the file with the rhythms of machines',
    },
    harbinger_levels_sensors: { type: 'gauge', help: 'Sensors with limits whose level is remembered' },
    harbinger_levels_refused_readings_total: {
      type: 'counter',
      help: 'Readings of sensors whose level is not remembered because there are too many',
    },
    harbinger_levels_save_failures_total: {
      type: 'counter',
      help: 'Failed writes of the file with the levels of sensors',
    },
    harbinger_model_worker_state: { type: 'gauge', help: 'State of the model worker', labels: ['state'] },
    harbinger_model_backend: { type: 'gauge', help: 'Backend that runs the models', labels: ['backend'] },
    harbinger_model_worker_restarts_total: {
      type: 'counter',
      help: 'Model workers that crashed or hung and were replaced',
    },
    harbinger_model_requests_total: { type: 'counter', help: 'Batches sent to the model' },
    harbinger_model_failures_total: { type: 'counter', help: 'Batches that the model did not answer' },
    harbinger_models_loaded: { type: 'gauge', help: 'Models in use' },
    harbinger_models_refused: { type: 'gauge', help: 'Models that did not pass their checks' },
  },
  status: { intelligence: Type.Object({}, { additionalProperties: true }) },
  samples: ({ intelligence: { windows, quotas, normals, levels, model, scorer, silence } }) => ({
    ...(normals && savedBaselinesSamples(normals)),
    harbinger_windows_machines: windows.machines,
    harbinger_windows_rows_total: windows.rows,
    harbinger_windows_evicted_total: windows.evicted,
    harbinger_windows_unwatched_readings_total: windows.unwatched,
    harbinger_windows_refused_total: quotas.counts.windows ?? 0,
    harbinger_scorer_machines_total: scorer?.machines ?? 0,
    harbinger_silence_judged_machines: silence.judged,
    harbinger_silence_silent_machines: silence.silent,
    harbinger_silence_forgotten_total: silence.forgotten,
    harbinger_silence_save_failures_total: silence.saveFailures,
    harbinger_levels_sensors: levels.sensors,
    harbinger_levels_refused_readings_total: levels.refused,
    harbinger_levels_save_failures_total: levels.saveFailures,
    harbinger_model_worker_state: workerStates.map((state) => ({
      value: model.state === state ? 1 : 0,
      labels: { state },
    })),
    harbinger_model_backend: backends.map((backend) => ({
      value: model.backend?.name === backend ? 1 : 0,
      labels: { backend },
    })),
    harbinger_model_worker_restarts_total: model.restarts,
    harbinger_model_requests_total: model.requests,
    harbinger_model_failures_total: model.failures,
    harbinger_models_loaded: model.models.length,
    harbinger_models_refused: model.refusals.length,
  }),
});
