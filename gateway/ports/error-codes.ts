import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  UPLINK_REFUSED: {
    stage: 'uplink',
    meaning:
      'The cloud has refused a batch: it was changed on its way, or has a format that this cloud does not know. It stays in the journal; the batches behind it in its lane wait, other lanes continue.',
    retried: 'Yes, with growing delays.',
    remedy:
      'The message has the cloud’s reason (BATCH_*). If it lasts, update the cloud, or look at the network.',
  },
});
