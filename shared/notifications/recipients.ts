import { type AlertContent, alertSaid } from '../contract/alert-content.ts';
import type { AlertChange } from '../notifiers/notifier.ts';
import type { NotifierFilter } from '../notifiers/settings.ts';

/**
 * Names of the notifiers whose filter accepts a change. A notifier that heard of an alert also hears of its later
 * changes, even if the alert has become less severe than its filter requires: otherwise its receivers would believe
 * that the alert is still open. Nobody hears of a change that tells nothing new. Of what was over before it could be told, people hear
 * once, with its opening. While its machine is muted, nobody hears of an alert, but those who know it hear of its end.
 */
export function recipientsOf(
  notifiers: readonly { name: string; filter: NotifierFilter; isForPeople?: boolean }[],
  step: { alert: AlertContent; change: AlertChange; isUnmuted?: boolean },
  told: readonly string[],
): string[] {
  if (isMuted(step.alert) && step.change !== 'resolved') return [];
  if (step.change === 'updated' && !isNews(step.alert)) return knowNoSilence(notifiers, step.alert, told);
  const isKnownToBeOver = step.change === 'resolved' && wasOver(step.alert);
  return notifiers
    .filter(({ name, filter, isForPeople }) => {
      if (isKnownToBeOver && isForPeople && told.includes(name)) return false;
      // Receivers that heard of it before it was muted know it.
      if (step.isUnmuted && told.includes(name)) return false;
      // An alert of which nobody was told while it was muted has no end to tell.
      if (isMuted(step.alert) && !told.includes(name)) return false;
      if (!filter.changes.includes(step.change) || isToldOtherwise(step.alert, name)) return false;
      return told.includes(name) || concerns(filter, step.alert);
    })
    .map(({ name }) => name);
}

/** Names those who hear of critical alerts only: not of the silence of a machine, which is a warning. */
function knowNoSilence(
  notifiers: readonly { name: string; filter: NotifierFilter }[],
  content: AlertContent,
  told: readonly string[],
): string[] {
  if (!('prediction' in content) || !content.prediction.isSilenceOf) return [];
  return notifiers
    .filter(({ filter: { severity, changes } }) => severity === 'critical' && changes.includes('updated'))
    .flatMap(({ name }) => (told.includes(name) ? [name] : []));
}

/** True if it was over before anybody could be told. */
export function wasOver(content: AlertContent): boolean {
  return 'prediction' in content && content.prediction.until !== undefined;
}

/** True while nobody is to be told of it, because a person wants it so. */
export function isMuted(content: AlertContent): boolean {
  return 'prediction' in content && content.prediction.muted !== undefined;
}

/** False if an alert says the same as before in other numbers. */
function isNews(content: AlertContent): boolean {
  return !('prediction' in content) || content.prediction.isNews !== false;
}

/** A notifier that fails is told of by the others. */
function isToldOtherwise(content: AlertContent, name: string): boolean {
  if (!('condition' in content)) return false;
  const { condition, item } = content.condition;
  return condition === 'notifier-fails' && item === name;
}

/** An alert about Harbinger itself belongs to no site, and concerns those who are told of some sites too. */
function concerns({ severity, sites }: NotifierFilter, content: AlertContent): boolean {
  const said = alertSaid(content);
  const severeEnough = severity === 'warning' || said.severity === 'critical';
  return severeEnough && (sites === undefined || said.machine === null || sites.includes(said.machine.site));
}
