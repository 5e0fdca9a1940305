import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { AlertChange } from '../../../shared/notifiers/notifier.ts';
import type { Alert, AlertRules, AlertStep } from '../../ports/alerts.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import type { Holding } from '../../ports/work/work.ts';
import type { Row } from './alert-rows.ts';

/** The change of one alert by one event, and the names of the notifiers that must hear of it. */
export interface AlertChanged {
  step: AlertStep;
  recipients: string[];
  /** The machine that it was about before, if that is another one now. */
  left?: MachineName;
}

type NoticeOf = (alert: Alert, change: AlertChange) => HarbingerEvent;

/**
 * News that notifiers must wait for. A row names those who wait; when they may be told, they are told of the alert as it is
 * then, and of its end only if they know it. Pure.
 */
export class HeldNews {
  private readonly rules: AlertRules;
  private readonly nowMs: () => number;

  constructor(rules: AlertRules, nowMs: () => number) {
    this.rules = rules;
    this.nowMs = nowMs;
  }

  /** The row after a step, with who is told now and who waits. */
  after(before: Row | null, step: AlertStep): { row: Row; recipients: string[] } {
    const { alert, change } = step;
    const told = before?.told ?? [];
    const accepting = change === null ? [] : this.rules.recipients({ ...step, change }, told);
    // A notifier that still waits to hear of it at all need not hear of its end.
    const isUnknown = (name: string) => before?.later?.includes(name) && !told.includes(name);
    const concerned = change === 'resolved' ? accepting.filter((name) => !isUnknown(name)) : accepting;
    const row = this.sinceWhen({ ...before, alert, told }, before);
    const isHeld = (name: string) => this.rules.isHeld(name, step, this.holding(row, name));
    const recipients = concerned.filter((name) => !isHeld(name));
    const waiting = [...(before?.later ?? []), ...concerned.filter(isHeld)];
    return { row: settled(row, recipients, waiting), recipients };
  }

  /** The row with an alert that a person has done something about. */
  withDeed(before: Row, alert: Alert): Row {
    return this.sinceWhen({ ...before, alert }, before);
  }

  /** News that may be told by now, and the row after it; null if nothing has changed. */
  due(before: Row, noticeOf: NoticeOf): { row: Row; changed: AlertChanged[] } | null {
    if (!before.later && !before.alert.work?.shelved) return null;
    const alert = this.rules.afterShelf(before.alert, this.nowMs()) ?? before.alert;
    const row = { ...before, alert };
    // Its latest change may have been one in numbers alone; of what came before it, these have not heard.
    const news = asNews(alert);
    const waiting = row.later ?? [];
    const awaited: string[] = [];
    const changed = (['opened', 'updated', 'resolved'] as const).flatMap((change) => {
      const step = { alert: news, change, notice: noticeOf(news, change) };
      const accepted = new Set(this.rules.recipients(step, row.told));
      const names = waiting.filter(
        (name) => accepted.has(name) && !awaited.includes(name) && changesFor(row, name).includes(change),
      );
      awaited.push(...names);
      const recipients = names.filter((name) => !this.rules.isHeld(name, step, this.holding(row, name)));
      return recipients.length > 0 ? [{ step, recipients }] : [];
    });
    const recipients = changed.flatMap((each) => each.recipients);
    // Nobody waits for what its filter does not take, or for a notifier that is not configured any more.
    const after = settled(row, recipients, awaited);
    const isSame = alert === before.alert && after.later?.length === before.later?.length;
    if (isSame) return null;
    const shown = { step: { alert, change: null, notice: noticeOf(alert, 'updated') }, recipients: [] };
    return { row: after, changed: changed.length > 0 ? changed : [shown] };
  }

  private holding({ told, waitsSinceMs, alert }: Row, name: string): Holding {
    const sinceMs = waitsSinceMs ?? Date.parse(alert.openedAt);
    return { isTold: told.includes(name), waitsSinceMs: sinceMs, nowMs: this.nowMs() };
  }

  /** `row`, with the time since when nobody has acknowledged its alert. */
  private sinceWhen({ waitsSinceMs: _, ...row }: Row, before: Row | null): Row {
    if (!isWaiting(row)) return row;
    const waitsSinceMs = before && isWaiting(before) ? before.waitsSinceMs : this.nowMs();
    return { ...row, ...(waitsSinceMs !== undefined && { waitsSinceMs }) };
  }
}

const isWaiting = ({ alert }: Row): boolean => alert.state === 'open' && !alert.work?.acknowledged;

/** The changes by which a notifier that waits may be told of an alert, the fittest first: its end only if it knows it. */
function changesFor({ alert, told }: Row, name: string): AlertChange[] {
  const isTold = told.includes(name);
  if (alert.state === 'resolved') return isTold ? ['resolved'] : [];
  return isTold ? ['updated'] : ['opened', 'updated'];
}

function asNews(alert: Alert): Alert {
  if (!('prediction' in alert)) return alert;
  const { isNews: _, ...prediction } = alert.prediction;
  return { ...alert, prediction };
}

/** The row after some were told: who else waits still waits, unless there is nothing to tell any more. */
function settled({ later: _, ...row }: Row, recipients: readonly string[], waiting: readonly string[]): Row {
  const later = waiting.filter((name) => !recipients.includes(name) && changesFor(row, name).length > 0);
  return {
    ...row,
    told: [...new Set([...row.told, ...recipients])],
    ...(later.length > 0 && { later: [...new Set(later)] }),
  };
}
