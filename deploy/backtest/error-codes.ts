import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BACKTEST_STOPPED: {
    stage: 'cli',
    meaning: 'A backtest was stopped before all lives were replayed.',
    retried: 'No.',
    remedy: 'Give the same command again.',
  },
});
