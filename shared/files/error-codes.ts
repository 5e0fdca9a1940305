import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  DATA_DIR: {
    stage: 'cli',
    meaning: 'The data folder cannot be used: it cannot be created or written, or belongs to the other role.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct its permissions, check the disk, or choose another with `--data`.',
  },
  DATA_DIR_LOCKED: {
    stage: 'cli',
    meaning: 'Another running gateway or cloud uses the same data folder, whatever store each of them has.',
    retried: 'No. Nothing is started.',
    remedy: 'Stop the other one, or give each a folder of its own with `--data`.',
  },
  RUN_FILE: {
    stage: 'cli',
    meaning: 'Nothing runs with that data folder.',
    retried: 'No.',
    remedy: 'Start it, or say where it is with `--data` or `--url`.',
  },
});
