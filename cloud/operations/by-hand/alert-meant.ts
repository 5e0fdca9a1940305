import type { Alert, WorkOutcome } from '../../ports/alerts.ts';
import type { AlertChoice, AlertRefusal } from '../../ports/work/work.ts';

/** The open alert that a person means, or why it is none. */
export function meant(
  open: readonly Alert[],
  { alertId, gateway, version }: AlertChoice,
): Alert | AlertRefusal {
  const found = open.filter(
    (alert) => alert.alertId === alertId && (gateway === undefined || alert.gateway === gateway),
  );
  const [alert, ...others] = found;
  const refusal = (code: string, message: string) => ({ alertId, code, message });
  if (!alert)
    return refusal(
      'ALERT_NOT_OPEN',
      `no alert '${alertId}' is open; it may have ended meanwhile: see the open ones with \`harbinger alerts list\``,
    );
  if (others.length > 0) {
    const names = found.map((each) => each.gateway || "the cloud itself, whose name is ''").join(', ');
    return refusal(
      'ALERT_NOT_OPEN',
      `alert '${alertId}' is open at several gateways (${names}): name one of them`,
    );
  }
  const is = alert.work?.version ?? 0;
  if (version === undefined || version === is) return alert;
  const latest = alert.work?.deeds.at(-1);
  const what = latest
    ? `${latest.by || 'somebody'} did '${latest.deed}' at ${latest.at}`
    : 'nothing was done';
  return refusal(
    'ALERT_CHANGED',
    `alert '${alertId}' is at version ${is} and not ${version}: ${what}; look at it again, then repeat what is still right`,
  );
}

/** Sorts what was done from what was refused. */
export function outcomeOf(results: readonly (Alert | AlertRefusal)[]): WorkOutcome {
  return {
    done: results.filter((each): each is Alert => !('code' in each)),
    refused: results.filter((each): each is AlertRefusal => 'code' in each),
  };
}
