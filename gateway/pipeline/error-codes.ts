import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DATA_THREAD: {
    stage: 'journal',
    meaning:
      'Something unforeseen has failed where readings are decoded and journalled. What was being done is not acknowledged; at start it keeps the gateway from starting.',
    retried: 'Yes. Sensors send again what was not acknowledged.',
    remedy: 'Check the disk, and report it with the log if it comes again.',
  },
  DATA_THREAD_SLOW: {
    stage: 'journal',
    meaning:
      'The data thread has not answered a question in time, usually because the disk or the CPU is overloaded.',
    retried: 'Yes, by the caller: the HTTP API answers 503. Readings are taken and journalled meanwhile.',
    remedy: 'Look at the load of disk and CPU.',
  },
  DECODE_FAILED: {
    stage: 'decode',
    meaning: 'Reading a message has failed in a way that was not foreseen. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Look at the dead letter’s reason and payload, and report both.',
  },
  INTAKE_STOPPED: {
    stage: 'broker',
    meaning: 'A message arrived while the gateway was shutting down. It is not acknowledged.',
    retried: 'Yes. The sensor sends it again after it has reconnected.',
    remedy: 'Nothing.',
  },
});
