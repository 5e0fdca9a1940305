import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  API_CA_FILE: {
    stage: 'cli',
    meaning: 'The file of `--ca-file` (or `$HARBINGER_CA_FILE`) holds no certificate that can be used.',
    retried: 'No.',
    remedy: 'Name the PEM file of the authority, such as the `ca.crt` that `harbinger certs init` has made.',
  },
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
  DECISION_UNKNOWN: {
    stage: 'cli',
    meaning: 'The cloud has no decision with this id, or not any more.',
    retried: 'No.',
    remedy: 'Take the id from `harbinger decisions list`.',
  },
  MONITORING_UNWRITABLE: {
    stage: 'cli',
    meaning:
      '`harbinger monitoring` cannot write a file into the folder of `--to`; the message has the reason of the system.',
    retried: 'No; the command can be given again.',
    remedy: 'Name a folder that you may write, or give the command as another user.',
  },
  NODE_TOO_OLD: {
    stage: 'config',
    meaning:
      'The tool was started by a version of Node that does not fit it: an old one, or one that is not maintained, such as 21 or 23.',
    retried: 'No.',
    remedy:
      'Install a Node that fits; the README says which, and how. A service uses the first one of /usr/local/bin and /usr/bin; deploy/docs/site.md says how to put one there.',
  },
  STORE_INIT_FAILED: {
    stage: 'cli',
    meaning:
      '`harbinger store init` cannot make the database or bucket; the message has the answer of the server.',
    retried: 'No; the command can be given again, and goes on where it stopped.',
    remedy:
      'Check `[store]`: its address, and its user or token, which must be allowed to make databases or buckets.',
  },
  USAGE: {
    stage: 'cli',
    meaning: 'A command was called in a way that it does not understand.',
    retried: 'No.',
    remedy: 'Correct the command; `harbinger COMMAND --help` explains its arguments and options.',
  },
});
