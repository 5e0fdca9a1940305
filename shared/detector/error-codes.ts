import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  DETECTOR_STATE: {
    stage: 'intelligence',
    meaning:
      'The saved baseline of a machine was written by another version of the detector. The machine learns a new one.',
    retried: 'No.',
    remedy:
      'Nothing at first: rules watch the machine until its baseline is learnt. If it is repeated after each restart, look for disk errors with `dmesg`, and for free space with `df -h`.',
  },
});
