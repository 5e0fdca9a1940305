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
  DATA_THREAD_STUCK: {
    stage: 'journal',
    meaning:
      'The data thread did not get on with a message for twice `decodeMsMax` (at least 10 s), and has computed for half of this time: the message was being stored, or read by a known layout or a built-in function, and the thread could only be ended as a whole. The gateway ends with code 1; the message is not acknowledged. Until it is stopped in order, the gateway that is started next reads every message under a time limit and not by layouts; a message over which it ends again all the same is a dead letter the next time that it comes. Where nothing can end the thread, the process is killed 10 s later (SIGKILL instead of code 1).',
    retried:
      'Yes. Sensors resend messages that were not acknowledged, once the gateway has been started again.',
    remedy:
      'Let a service manager start the gateway again. The message comes again and is stored, or becomes a dead letter (DECODE_STUCK): report that with its payload.',
  },
  MAIN_THREAD_SLOW: {
    stage: 'intelligence',
    meaning:
      'The main thread has not answered the data thread in time, usually because the disk or the CPU is overloaded. A message about maintenance was not acknowledged.',
    retried: 'Yes. Its sender sends it again.',
    remedy: 'Find what loads disk and CPU, for example with `top` and `iostat -x 5`.',
  },
  DECODE_FAILED: {
    stage: 'decode',
    meaning: 'A message could not be decoded because of an unexpected error. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Look at the dead letter’s reason and payload, and report both.',
  },
  DECODE_STUCK: {
    stage: 'decode',
    meaning:
      'Reading a message did not end within `decodeMsMax`, twice, although the data thread computed for at least half of that time, and was ended from outside; or the gateway has ended over the message twice (DATA_THREAD_STUCK). A computer that stands still, or has no CPU to give, causes neither. The message is kept as a dead letter; other messages went on. Copies of it become dead letters at once.',
    retried: 'No. Dead letters can be sent again by hand, for example after an update.',
    remedy: 'Look at the dead letter’s payload and report it; find out who sends it.',
  },
  GATEWAY_RENAMED: {
    stage: 'config',
    meaning:
      'The gateway has another name in its configuration than when it wrote its data folder, and not all that it wrote then has been delivered. Lines and events name their gateway, and the cloud takes them from no other.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy:
      'Set the old name again, with its entry at the cloud, and start the gateway. Once `backlog` of `/api/status` is 0 in every lane and `harbinger refused list` is empty, stop it and rename it. If the folder was copied to make another gateway, or nothing of the backlog is needed, move the folders `journal` and `refused` away instead: what they hold is not delivered then.',
  },
  INTAKE_STOPPED: {
    stage: 'broker',
    meaning: 'A message arrived while the gateway was shutting down. It is not acknowledged.',
    retried: 'Yes. The sensor resends it after it has reconnected.',
    remedy:
      'Nothing while the gateway restarts. If sensors stay unconnected, start it, and see with `systemctl status harbinger-gateway` why it stopped.',
  },
});
