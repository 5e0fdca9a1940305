import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DETECT_FILE: {
    stage: 'cli',
    meaning: 'A CSV file cannot be read, or the result cannot be written.',
    retried: 'No.',
    remedy: 'Correct the path or the rights, or free the disk; the message names the row.',
  },
  DETECT_NOT_CSV: {
    stage: 'cli',
    meaning:
      'A file is not a CSV file with names in its first line, or already has a column that this command adds.',
    retried: 'No.',
    remedy: 'Correct the file; the message says what is wrong.',
  },
  DETECT_NO_VALUES: {
    stage: 'cli',
    meaning: 'No column of a file holds numbers.',
    retried: 'No.',
    remedy: 'Give a file with measurements; the message lists the columns that were found.',
  },
  DETECT_STOPPED: {
    stage: 'cli',
    meaning: 'The command was stopped before its end. The result was not written.',
    retried: 'No.',
    remedy: 'Give the same command again.',
  },
});
