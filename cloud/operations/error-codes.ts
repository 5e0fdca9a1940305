import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  OPERATIONS_DAMAGED: {
    stage: 'store',
    meaning: 'The database of alerts, machines and watermarks is damaged.',
    retried: 'No. The cloud does not start.',
    remedy:
      'Restore it from a backup, or move the folder away to start with no alert history; readings are not affected.',
  },
  OPERATIONS_UNAVAILABLE: {
    stage: 'store',
    meaning: 'The database of alerts, machines and watermarks has not taken a change.',
    retried: 'Yes. Gateways keep what is not confirmed and send it again.',
    remedy: 'Check free space and permissions of the folder `operations` in the data folder.',
  },
  PAGE_INVALID: {
    stage: 'api',
    meaning: 'The end of a page of a list (`before`) is not one that was given out.',
    retried: 'No.',
    remedy: 'Take it from the `next` of the page before.',
  },
});
