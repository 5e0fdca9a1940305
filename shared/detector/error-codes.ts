import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  DETECTOR_STATE: {
    stage: 'intelligence',
    meaning:
      'What was learnt of a machine was saved by another version of the detector. The machine learns anew.',
    retried: 'No.',
    remedy: 'Nothing: until it has learnt, the machine is watched by rules.',
  },
});
