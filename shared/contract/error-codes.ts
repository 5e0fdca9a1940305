import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  BATCH_BODY: {
    stage: 'ingest',
    meaning: 'The body of a batch cannot be decompressed, or has another length than its header says.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Look at it with `harbinger quarantine show`; memory or disk of the gateway may be damaged.',
  },
  BATCH_CHECKSUM: {
    stage: 'ingest',
    meaning: 'A batch was changed on its way or on the gateway’s disk.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Check the gateway’s disk and memory, and the network between it and the cloud.',
  },
  BATCH_FORMAT: {
    stage: 'ingest',
    meaning: 'A gateway has sent something that is not a batch.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Give gateway and cloud the same version; look at it with `harbinger quarantine show`.',
  },
  BATCH_HEADER: {
    stage: 'ingest',
    meaning: 'The header of a batch is not valid.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Give gateway and cloud the same version; look at it with `harbinger quarantine show`.',
  },
  BATCH_SIZE: {
    stage: 'ingest',
    meaning: 'A batch is larger than is allowed.',
    retried: 'No. It is kept in the quarantine, and the gateway goes on.',
    remedy: 'Give gateway and cloud the same version.',
  },
  EVENT_INVALID: {
    stage: 'contract',
    meaning:
      'An event does not match its schema. The cloud quarantines it; a gateway drops it and counts it as lost.',
    retried: 'No.',
    remedy: 'Give gateway and cloud the same version; if they have it, report the event.',
  },
  LINE_MALFORMED: {
    stage: 'contract',
    meaning:
      'A line is not valid line protocol. It is kept in the quarantine, the rest of its batch is stored.',
    retried: 'No. Quarantined lines can be sent again by hand.',
    remedy: 'Look at it with `harbinger quarantine show`; a gateway of another version is the usual cause.',
  },
});
