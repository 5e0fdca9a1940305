import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  SIDE_NOT_INSTALLED: {
    stage: 'config',
    meaning: 'A bundle or a package has one side alone, and the command needs the other one.',
    retried: 'No.',
    remedy: 'Install the other side too: its package or its bundle.',
  },
});
