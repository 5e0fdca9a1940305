import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DEADLETTERS_BUSY: {
    stage: 'journal',
    meaning: 'More dead letters wait to be written than is allowed. Their messages are not acknowledged.',
    retried: 'Yes. The sensor resends them.',
    remedy: 'Find the device whose messages are all refused: `harbinger deadletters list`.',
  },
  DEADLETTERS_OPEN: {
    stage: 'journal',
    meaning: 'The database of dead letters cannot be opened.',
    retried:
      'Yes, while the gateway runs: with the next dead letter. During the start, it prevents the gateway from starting.',
    remedy: 'Check the rights of the folder `deadletters` in the data folder, and the disk.',
  },
  DEADLETTERS_STOPPED: {
    stage: 'journal',
    meaning: 'Dead letters were asked for while the gateway was shutting down.',
    retried: 'No.',
    remedy: 'Give the command again when the gateway runs.',
  },
  DEADLETTERS_WRITE: {
    stage: 'journal',
    meaning: 'A dead letter cannot be written. Its message is not acknowledged.',
    retried: 'Yes. The sensor resends the message.',
    remedy:
      'Look for disk errors with `dmesg`, and for free space with `df -h`; replace the disk if there are errors.',
  },
});
