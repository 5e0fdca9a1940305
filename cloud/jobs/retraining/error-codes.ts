import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  TRAINING_FAILED: {
    stage: 'models',
    meaning: 'A training by what the cloud has stored has ended without a candidate. Nothing has changed.',
    retried: 'Yes, by the schedule of `[jobs.retraining]`, or when it is asked for again.',
    remedy: 'The message says why; most often there are too few lives that ended in a failure.',
  },
  TRAINING_RUNS: {
    stage: 'models',
    meaning: 'A model is being trained already; one at a time is.',
    retried: 'No.',
    remedy: 'Ask again when it has ended; `harbinger models retrain` shows it.',
  },
  TRAINING_UNAVAILABLE: {
    stage: 'models',
    meaning:
      'This cloud cannot train: its process was not started by the command line, or its API does not run yet.',
    retried: 'No.',
    remedy: 'Start it with `harbinger cloud`, or use `harbinger models train --from store` elsewhere.',
  },
  TYPE_UNKNOWN: {
    stage: 'models',
    meaning: 'This cloud does not know the machine type of which a model is to be trained.',
    retried: 'No.',
    remedy: 'Name one of those of its machines, or add its file to `machineTypesDir`.',
  },
});
