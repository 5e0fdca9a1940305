import { declareErrors } from '../runtime/errors.ts';

/** A batch that is not confirmed stays in the gateway's journal. */
const again =
  'Yes. It is not confirmed; the gateway keeps it and sends it again, while other lanes go on.' as const;

export const errorCodes = declareErrors({
  BATCH_BODY: {
    stage: 'ingest',
    meaning: 'The body of a batch cannot be decompressed, or has another length than its header says.',
    retried: again,
    remedy:
      'If it comes again: the gateway’s memory may be damaged, or it is newer than its cloud; update the cloud.',
  },
  BATCH_CHECKSUM: {
    stage: 'ingest',
    meaning: 'A batch was changed on its way.',
    retried: again,
    remedy:
      'If it comes again: look for a damaged device on the way, and use TLS (`mqtts://`), which notices it.',
  },
  BATCH_FORMAT: {
    stage: 'ingest',
    meaning: 'A gateway has sent something that is not a batch.',
    retried: again,
    remedy: 'Update the cloud if it is older than the gateway.',
  },
  BATCH_HEADER: {
    stage: 'ingest',
    meaning: 'The header of a batch is not valid.',
    retried: again,
    remedy: 'Update the cloud if it is older than the gateway.',
  },
  BATCH_SIZE: {
    stage: 'ingest',
    meaning: 'A batch is larger than is allowed.',
    retried: again,
    remedy: 'Update the cloud if it is older than the gateway.',
  },
  BATCH_VERSION: {
    stage: 'ingest',
    meaning:
      'A batch has a format that is newer than this cloud, for example after the cloud was put back to an older version.',
    retried: again,
    remedy: 'Update the cloud; it then takes what the gateway has kept.',
  },
  EVENT_INVALID: {
    stage: 'contract',
    meaning:
      'What was sent as an event is not a CloudEvents envelope of ours, or a gateway’s own event does not match its schema. The cloud quarantines it; a gateway drops it and counts it as lost. An event of a type or with values that are new to the cloud is stored.',
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
