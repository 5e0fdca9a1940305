import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DATA_THREAD: {
    stage: 'journal',
    meaning:
      'An unexpected error has occurred while readings were decoded or journalled. The affected messages are not acknowledged; during the start, it prevents the gateway from starting.',
    retried: 'Yes. Sensors resend messages that were not acknowledged.',
    remedy: 'Check the disk, and report it with the log if it recurs.',
  },
  DATA_THREAD_SLOW: {
    stage: 'journal',
    meaning:
      'The data thread has not answered a call in time, usually because the disk or the CPU is overloaded.',
    retried: 'Yes, by the caller: the HTTP API answers 503. Readings are taken and journalled meanwhile.',
    remedy: 'Find what loads disk and CPU, for example with `top` and `iostat -x 5`.',
  },
  DECODE_FAILED: {
    stage: 'decode',
    meaning: 'A message could not be decoded because of an unexpected error. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Look at the dead letter’s reason and payload, and report both.',
  },
  INTAKE_STOPPED: {
    stage: 'broker',
    meaning: 'A message arrived while the gateway was shutting down. It is not acknowledged.',
    retried: 'Yes. The sensor resends it after it has reconnected.',
    remedy:
      'Nothing while the gateway restarts. If sensors stay unconnected, start it, and see with `systemctl status harbinger-gateway` why it stopped.',
  },
});
