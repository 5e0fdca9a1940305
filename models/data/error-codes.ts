import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DATA_INVALID: {
    stage: 'cli',
    meaning: 'Training data is not of the form that is expected, or does not fit the machine type.',
    retried: 'No.',
    remedy: 'Correct the file that the message names, or fetch it anew.',
  },
  DATA_MISSING: {
    stage: 'cli',
    meaning: 'The recorded data that a model is trained or measured on is not there.',
    retried: 'No.',
    remedy: 'Give its folder with `--data`; the README says where it is from.',
  },
});
