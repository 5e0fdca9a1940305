import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BUILD_FAILED: {
    stage: 'cli',
    meaning:
      'The product could not be built from its sources; the message has the words of what builds it. What was built before stays.',
    retried: 'No; the command can be given again.',
    remedy: 'Correct the sources, or get them again; `npm ci` installs the packages that they need.',
  },
  BUILD_LOCKED: {
    stage: 'cli',
    meaning: 'Another build of the same folder has not ended for five minutes.',
    retried: 'Yes, for five minutes.',
    remedy: 'End the process that the message names, and give the command again.',
  },
  BUILD_NOT_WRITABLE: {
    stage: 'cli',
    meaning:
      'The product is not built from its present sources, and cannot be: its folder cannot be written, or its disk is full.',
    retried: 'No; the command can be given again.',
    remedy: 'Do what the message says: build as the owner of the folder, or free space.',
  },
  BUILD_TOOLS_MISSING: {
    stage: 'cli',
    meaning: 'Packages that the command or the build needs are not installed.',
    retried: 'No; the command can be given again.',
    remedy: 'Run `npm ci`, without `--omit=dev` where the product is to be built.',
  },
});
