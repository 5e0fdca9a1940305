import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BATCH_ORDER: {
    stage: 'ingest',
    meaning:
      'A batch arrived before its predecessor, for example because that one was refused. It is not stored, and the gateway is informed; if it does not support this, its connection is closed.',
    retried: 'Yes. The gateway resends all of them in order.',
    remedy:
      'If it is repeated: something between gateway and cloud changes the order of messages (a bridge, a load balancer); remove it.',
  },
  CONTENT_LINE: {
    stage: 'ingest',
    meaning:
      'A line of a batch does not begin like the lines of this gateway, or has no fields. The other lines are stored.',
    retried: 'No. It is kept in quarantine, and the gateway continues.',
    remedy:
      'Look at it with `harbinger quarantine show`; a changed gateway name or another version is the usual cause.',
  },
  CONTENT_LINES: {
    stage: 'ingest',
    meaning:
      'A block of a batch does not have the number of lines in its header, or does not end with a newline.',
    retried: 'No. It is kept in quarantine, and the gateway continues.',
    remedy: 'Give gateway and cloud the same version; look at it with `harbinger quarantine show`.',
  },
  CONTENT_STUCK: {
    stage: 'ingest',
    meaning:
      'Checking an event, or the lines of a batch, did not end within `ingest.checkMsMax`, twice, although the cloud computed for at least half of that time, and was ended from outside.',
    retried: 'No. It is kept in quarantine, and the gateway continues.',
    remedy:
      'Look at it with `harbinger quarantine show` and report it; `quarantine redrive` tries it again after an update.',
  },
  EVENT_FOREIGN: {
    stage: 'ingest',
    meaning: 'An event names another gateway than the one that sent it.',
    retried: 'No. It is kept in quarantine, and the gateway continues.',
    remedy: 'Check whether two gateways share a data folder or credentials.',
  },
  QUARANTINE_NOT_LINES: {
    stage: 'ingest',
    meaning:
      'A quarantined entry that was to be redriven contains no lines, because it was never a readable batch.',
    retried: 'No. It is kept.',
    remedy:
      'Look at it with `harbinger quarantine show`. When the quarantine is full, the gateway that has most loses its oldest entries.',
  },
  STORE_REJECTED: {
    stage: 'ingest',
    meaning:
      'The store will never accept a line, for example because a field has another type there. The other lines are stored.',
    retried: 'No. It is kept in quarantine, and the gateway continues.',
    remedy:
      'See the reason with `harbinger quarantine list`; correct the store, then run `harbinger quarantine redrive`.',
  },
});
