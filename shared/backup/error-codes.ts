import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  BACKUP_SOURCE: {
    stage: 'backup',
    meaning: 'A file of the data folder cannot be read, so that no backup was made.',
    retried: 'No; the command can be given again.',
    remedy: 'Do what the message says; usually the command has to run as the user that the data belong to.',
  },
  BACKUP_TARGET: {
    stage: 'backup',
    meaning:
      'The backup cannot be written: the disk is full, the folder is missing, or the file exists. No half file was left under its name.',
    retried: 'No; the command can be given again.',
    remedy: 'Free space, or name another file with `--to`.',
  },
  BACKUP_DAMAGED: {
    stage: 'backup',
    meaning:
      'A backup is damaged or not complete: checksums do not match, or its end is missing. The message names the files in it that are affected. Nothing of it was left in the data folder.',
    retried: 'No.',
    remedy: 'Restore another backup, or another copy of this one.',
  },
  BACKUP_VERSION: {
    stage: 'backup',
    meaning: 'The backup was made by a newer version of Harbinger than this one.',
    retried: 'No.',
    remedy: 'Install the version that the message names, or a newer one, and restore with that.',
  },
  RESTORE_TARGET: {
    stage: 'backup',
    meaning: 'The data folder to restore into is not empty, is in use, or cannot be written.',
    retried: 'No.',
    remedy:
      'Name an empty folder with `--data`. Keep what is in the other one until you are sure that it is not needed.',
  },
});
