import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  PLANT_STATE: {
    stage: 'cli',
    meaning: 'The saved state of the virtual plant cannot be used.',
    retried: 'No.',
    remedy: 'Delete the file that the message names, to start the plant anew.',
  },
});
