/** Warnings about notifications that cannot be told one by one, or are dropped. */
export const digestText =
  'alerts cannot be told one by one, because too many notifications wait for this notifier or it does not answer: they are summed up, and told in one message when it answers';

export const deadDroppedText =
  'dead notifications were dropped, the oldest: there are more than operations.deadNotificationsMax';
