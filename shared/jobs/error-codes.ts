import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  JOB_SCHEDULE_INVALID: {
    stage: 'config',
    meaning: 'The schedule of a job is not a valid cron expression.',
    retried: 'No. Nothing is started.',
    remedy: 'Write five cron fields, six with seconds first, or a nickname such as `@daily`.',
  },
  JOB_UNKNOWN: {
    stage: 'cli',
    meaning: 'There is no job of that name.',
    retried: 'No.',
    remedy: 'See the jobs in `/api/status`.',
  },
});
