import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  TEACHING_BUSY: {
    stage: 'intelligence',
    meaning: 'A machine is not taught from its history, because four others are being taught.',
    retried: 'No. What the machine has learnt stays.',
    remedy: 'Teach it when one of the others is done; one that was left alone makes room after a minute.',
  },
  TEACHING_UNKNOWN: {
    stage: 'intelligence',
    meaning:
      'A part of a history goes on with a teaching that the gateway does not know any more: another one of the machine has begun, it was left alone, the sensors or limits of the machine have changed, or the gateway was restarted. Nothing was replaced.',
    retried: 'No. What the machine has learnt stays.',
    remedy: 'Teach the machine again from the beginning, by one person or program at a time.',
  },
});
