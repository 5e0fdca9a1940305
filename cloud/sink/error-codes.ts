import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BATCH_ORDER: {
    stage: 'ingest',
    meaning:
      'A batch has come before one that it follows, for example as that one was refused. It is not stored, and the gateway is told; the connection of one that does not understand this is closed.',
    retried: 'Yes. The gateway sends all in their order.',
    remedy:
      'If it comes again: something between gateway and cloud changes the order of messages (a bridge, a load balancer); take it away.',
  },
  CONTENT_LINE: {
    stage: 'ingest',
    meaning:
      'A line of a batch does not begin as lines of this gateway do, or has no fields. The other lines are stored.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy:
      'Look at it with `harbinger quarantine show`; a changed gateway name or another version is the usual cause.',
  },
  CONTENT_LINES: {
    stage: 'ingest',
    meaning: 'A block of a batch has another number of lines than it says, or does not end with one.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Give gateway and cloud the same version; look at it with `harbinger quarantine show`.',
  },
  EVENT_FOREIGN: {
    stage: 'ingest',
    meaning: 'An event says that it comes from another gateway than the one that has sent it.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'See whether two gateways share a data folder or credentials.',
  },
  QUARANTINE_NOT_LINES: {
    stage: 'ingest',
    meaning:
      'A quarantined entry that was to be sent again holds no lines, as it never was a readable batch.',
    retried: 'No. It is kept.',
    remedy:
      'Look at it with `harbinger quarantine show`. The oldest entries are dropped when the quarantine is full.',
  },
  STORE_REJECTED: {
    stage: 'ingest',
    meaning:
      'The store will never take a line, for example because a field has another type there. The other lines are stored.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy:
      'See the reason with `harbinger quarantine list`; put the store right, and then `harbinger quarantine redrive`.',
  },
});
