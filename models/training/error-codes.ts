import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  COMPARE_STOPPED: {
    stage: 'cli',
    meaning: 'A comparison was stopped before its end. Nothing of it is kept.',
    retried: 'No.',
    remedy: 'Give the same command again.',
  },
  DATA_TOO_SMALL: {
    stage: 'cli',
    meaning: 'There are too few recorded lives to train with.',
    retried: 'No.',
    remedy: 'Give more; the message says how many are needed.',
  },
  MODEL_UNKNOWN: {
    stage: 'config',
    meaning: 'There is no model or machine type of that name.',
    retried: 'No.',
    remedy: 'Take one of those that the message lists.',
  },
  SUBSET_UNKNOWN: {
    stage: 'config',
    meaning: 'A model has no such subset of its training data.',
    retried: 'No.',
    remedy: 'Take one of those that the message lists.',
  },
  TRAINING_STOPPED: {
    stage: 'cli',
    meaning: 'Training was stopped before its end.',
    retried: 'No.',
    remedy: 'Give the same command again: it goes on from where it was.',
  },
});
