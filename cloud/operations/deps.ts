import type { Clock } from '../../shared/runtime/clock.ts';
import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { AlertRules } from '../ports/alerts.ts';

export interface OperationsDeps {
  dataDir: string;
  clock: Clock;
  rules: AlertRules;
  log: Log;
  /** Called once, when the database cannot be used any more by this process. */
  failed(error: HarbingerError): void;
}
