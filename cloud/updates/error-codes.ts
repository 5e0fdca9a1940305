import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  UPDATE_HALTED: {
    stage: 'fleet',
    meaning:
      'A gateway could not follow an update of the system, or was not well with it and went back. No further gateway is updated.',
    retried: 'No.',
    remedy:
      'See `harbinger fleet show updates/system`. Set the update again to go on, or one of a newer version; a bundle that failed at a gateway is not tried there again under the same address.',
  },
});
