import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MACHINE_TYPE_INVALID: {
    stage: 'config',
    meaning:
      'A file with a machine type cannot be read, is not sound, or extends a type that it cannot extend; or `machineTypesDir` is no folder.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct the file that the message names; the types that come with the product are examples.',
  },
});
