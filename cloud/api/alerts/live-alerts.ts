import type { Unknown } from '../../../shared/machine-state/evidence.ts';
import { liveAlert } from '../../../shared/machine-state/live-alert.ts';
import type { Alert, MachineAlert } from '../../ports/alerts.ts';
import type { OutcomeEntry } from '../../ports/outcomes/outcomes.ts';
import type { RouteContext } from '../context.ts';
import { type MachineView, machineKey, viewsOf } from '../machine-view.ts';

/** An open alert about a machine as it is now, since when it is not known, if so, and what it turned out to be, if that is stated. */
type ShownAlert = Alert & { unknown?: Unknown | null; outcome?: OutcomeEntry };

type LiveContext = Pick<RouteContext, 'machines' | 'alerts' | 'outcomes' | 'viewContext'>;

/** The alerts, with the open ones about machines as they are now; the order stays. */
export function asTheyAreNow(
  alerts: readonly Alert[],
  { machines, alerts: all, outcomes, viewContext }: LiveContext,
): ShownAlert[] {
  const isLive = (alert: Alert): alert is MachineAlert => alert.state === 'open' && 'prediction' in alert;
  const wanted = new Set(alerts.filter(isLive).map(keyOf));
  const withOutcome = <T extends Alert>(alert: T): T & { outcome?: OutcomeEntry } => {
    const outcome = 'prediction' in alert && outcomes.of(alert.gateway, alert.alertId)?.history.at(-1);
    return outcome ? { ...alert, outcome } : alert;
  };
  if (wanted.size === 0) return alerts.map(withOutcome);
  const context = viewContext();
  const states = machines.all().filter((state) => wanted.has(machineKey(state)));
  const views = new Map<string, MachineView>();
  for (const view of viewsOf(states, all.all('open'), context)) views.set(machineKey(view), view);
  return alerts.map((alert) => {
    if (!isLive(alert)) return withOutcome(alert);
    const { asOfMs, unknown, prediction } = liveAlert(alert, views.get(keyOf(alert)), context);
    return { ...withOutcome(alert), asOf: new Date(asOfMs).toISOString(), unknown, prediction };
  });
}

function keyOf({ gateway, prediction: { site, machine } }: MachineAlert): string {
  return machineKey({ gateway, site, machine });
}
