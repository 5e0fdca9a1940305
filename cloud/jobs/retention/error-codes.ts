import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  RETENTION_RUNS: {
    stage: 'store',
    meaning: 'A pass of retention was asked for while another one was being made.',
    retried: 'No; a repeated request succeeds when the other pass has ended.',
    remedy: 'See with `harbinger retention show` when it has ended, and repeat the command.',
  },
});
