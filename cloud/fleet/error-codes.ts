import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  FLEET_INVALID: {
    stage: 'fleet',
    meaning: 'What was asked of gateways is not understood, or is for a gateway that is not configured.',
    retried: 'No. Nothing is changed.',
    remedy: 'The message says what is wrong; `harbinger overrides set --help` has examples.',
  },
  FLEET_TOO_MANY: {
    stage: 'fleet',
    meaning: 'A gateway would have more documents to follow than one may have (256).',
    retried: 'No. Nothing is changed.',
    remedy: 'Remove what is not needed (`harbinger fleet list`), or set one for a whole site or type.',
  },
  FLEET_NOT_WANTED: {
    stage: 'fleet',
    meaning: 'There is no document of this kind and name.',
    retried: 'No. Nothing is changed.',
    remedy: 'See the names with `harbinger fleet list`.',
  },
  FLEET_CHANGED: {
    stage: 'fleet',
    meaning: 'Somebody else has changed or removed the document since it was read.',
    retried: 'No. Nothing is changed.',
    remedy: 'See with `harbinger fleet list` how it is now, and ask again.',
  },
  FLEET_TAKEN_BACK: {
    stage: 'fleet',
    meaning:
      'A gateway has brought documents that this cloud has issued and does not know any more: it was put back to an older state. They are in force again here as well.',
    retried: 'No; there is nothing to do again.',
    remedy: 'See with `harbinger fleet list` whether they are still wanted.',
  },
});
