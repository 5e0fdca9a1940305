import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DEMO_PART_DOWN: {
    stage: 'cli',
    meaning: 'A process of the demonstration does not come up.',
    retried: 'No. The demonstration ends.',
    remedy: 'See its log file, which the message names.',
  },
  DEMO_RUNS: {
    stage: 'config',
    meaning: 'A demonstration, or a process of an earlier one, still uses this data folder or these ports.',
    retried: 'No.',
    remedy: 'Stop it, or start yours beside it with the options that the message gives.',
  },
  NOT_A_DEMO: {
    stage: 'config',
    meaning:
      'The data folder of `npm start` holds files that are not a demonstration’s. Nothing was changed in it.',
    retried: 'No.',
    remedy: 'Choose a new or an empty folder with `--data`.',
  },
  PORT_BUSY: {
    stage: 'config',
    meaning: 'A port that the demonstration needs is in use by another program.',
    retried: 'No.',
    remedy: 'Stop that program, or choose other ports with the options that the message gives.',
  },
});
