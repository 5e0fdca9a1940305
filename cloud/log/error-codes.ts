import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  CONNECTION_GONE: {
    stage: 'ingest',
    meaning: 'A gateway’s connection ended before its batch was stored.',
    retried: 'Yes. The gateway resends the batch.',
    remedy:
      'Nothing if it happens once. If it is repeated, check the network between gateway and cloud, and the gateway’s log for why its connection ends.',
  },
  INGEST_OVERLOADED: {
    stage: 'ingest',
    meaning: 'Too many batches of one gateway wait to be stored. The connection is closed.',
    retried: 'Yes. The gateway keeps the batches and resends them.',
    remedy: 'If it lasts, check whether the store is slow: its load, and its disk (`iostat -x 5`).',
  },
});
