/**
 * Work on alerts (cloud/alerts/work): the consequences of what people do about an alert, and when receivers hear of it. Pure;
 * operations keeps it with the alert.
 */
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { timeText } from '../../../shared/contract/envelope.ts';
import type { Alert, AlertStep } from '../../ports/alerts.ts';
import { type AlertWork, type Deed, type DoneDeed, workLimits } from '../../ports/work/work.ts';

const none: AlertWork = { version: 0, deeds: [] };

/** The work on an alert after a deed. */
export function workAfter(work: AlertWork = none, deed: Deed, nowMs: number): AlertWork {
  const { by, note, to, untilMs } = deed;
  const at = timeText(nowMs);
  const until = untilMs === undefined ? undefined : timeText(untilMs);
  const { acknowledged, assignee, shelved } = work;
  const is = {
    ...(acknowledged && { acknowledged }),
    ...(assignee && { assignee }),
    ...(shelved && { shelved }),
  };
  const next = { ...is, version: work.version + 1, deeds: work.deeds };
  const done: DoneDeed = {
    ...{ deed: deed.deed, by, at, note },
    ...(to !== undefined && { to }),
    ...(until !== undefined && { until }),
  };
  switch (deed.deed) {
    case 'acknowledge':
      return noted({ ...next, acknowledged: acknowledged ?? { by, at } }, done);
    case 'unacknowledge':
      return noted(without(next, 'acknowledged'), done);
    case 'assign':
      return noted({ ...next, assignee: to ?? by }, done);
    case 'unassign':
      return noted(without(next, 'assignee'), done);
    case 'shelve':
      return noted({ ...next, shelved: { by, at, until: until ?? at, note } }, done);
    case 'unshelve':
      return noted(without(next, 'shelved'), done);
    case 'comment':
      return noted(next, done);
  }
}

/**
 * The step with the work that was done before it. An alert that has become critical, or is open again, is another thing
 * than the one that was acknowledged or shelved. Who looks after it stays.
 */
export function withWork(current: Alert | null, step: AlertStep): AlertStep {
  const work = current?.work;
  if (!current || !work) return step;
  const { alert, notice } = step;
  if (alert.state === 'resolved') return { ...step, alert: { ...alert, work: without(work, 'shelved') } };
  const isWorse = alertSaid(alert).severity === 'critical' && alertSaid(current).severity === 'warning';
  const isBack = current.state === 'resolved';
  if ((!isWorse && !isBack) || (!work.acknowledged && !work.shelved))
    return { ...step, alert: { ...alert, work } };
  const note = isBack ? 'it is open again' : 'it has become critical';
  const rest = without(without({ ...work, version: work.version + 1 }, 'acknowledged'), 'shelved');
  return {
    ...step,
    alert: { ...alert, work: noted(rest, { deed: 'reminded', by: '', at: notice.time, note }) },
  };
}

/** The alert without its shelf if the time of that is over; null if it is as before. */
export function afterShelf(alert: Alert, nowMs: number): Alert | null {
  const { work } = alert;
  if (!work?.shelved || Date.parse(work.shelved.until) > nowMs) return null;
  return { ...alert, work: without({ ...work, version: work.version + 1 }, 'shelved') };
}

function noted(work: AlertWork, done: DoneDeed): AlertWork {
  return { ...work, deeds: [...work.deeds, done].slice(-workLimits.deedsMax) };
}

function without(work: AlertWork, key: 'acknowledged' | 'assignee' | 'shelved'): AlertWork {
  const { [key]: _, ...rest } = work;
  return rest;
}
