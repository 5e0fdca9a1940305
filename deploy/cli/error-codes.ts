import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  API_REFUSED: {
    stage: 'cli',
    meaning: 'The gateway or cloud has refused a request of the command line; the message has its words.',
    retried: 'No.',
    remedy: 'Do what the message says; the token is taken from `--token` or `$HARBINGER_TOKEN`.',
  },
  API_UNREACHABLE: {
    stage: 'cli',
    meaning: 'The gateway or cloud does not answer at its address.',
    retried: 'No; the command can be given again.',
    remedy: 'See whether it runs, and whether the address is right.',
  },
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
  NODE_TOO_OLD: {
    stage: 'config',
    meaning:
      'The tool was started by a version of Node that does not fit it: an old one, or one that is not maintained, such as 21 or 23.',
    retried: 'No.',
    remedy:
      'Install a Node that fits; the README says which, and how. A service uses the first one of /usr/local/bin and /usr/bin; deploy/docs/site.md says how to put one there.',
  },
  USAGE: {
    stage: 'cli',
    meaning: 'A command was called in a way that it does not understand.',
    retried: 'No.',
    remedy: 'Correct the command; `harbinger COMMAND --help` explains its arguments and options.',
  },
});
