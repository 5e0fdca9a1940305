import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MACHINE_TYPE_INVALID: {
    stage: 'config',
    meaning:
      'A file with a machine type cannot be read, is not valid, or extends a type that it cannot extend; or `machineTypesDir` is not a folder.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct the file that the message names; the built-in types are examples.',
  },
});
