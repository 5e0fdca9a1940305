import type { AlertClosing, AlertDeeds } from '../../ports/alerts.ts';
import type { MachineLog } from '../../ports/machine-log/machine-log.ts';
import { alertClosing } from './alert-closing.ts';
import { alertWorking, type WorkingDeps } from './alert-working.ts';
import { machineLog } from './machine-log.ts';

/** All deeds of people, over the same tables. */
export function byHand(deps: WorkingDeps): {
  closing: AlertClosing;
  working: AlertDeeds;
  machineLog: MachineLog;
} {
  const closing = { ...deps, groupOf: (notifier: string) => deps.rules.groupOf(notifier) };
  return { closing: alertClosing(closing), working: alertWorking(deps), machineLog: machineLog(closing) };
}
