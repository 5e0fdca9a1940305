import { reporterOf } from '../../../shared/contract/alert-content.ts';
import type { Row } from './waiting-table.ts';

/** Gateways take turns with each notifier, so that what one owes does not delay what the others do. */
export class Turns {
  /** The gateway of the latest notification, by notifier. */
  private readonly latest = new Map<string, string>();

  /** The first one of the gateway whose turn it is. @param due in order */
  next(notifier: string, due: readonly Row[]): Row | undefined {
    const first = new Map<string, Row>();
    for (const row of due) {
      const gateway = reporterOf(row.notification.event.source);
      if (!first.has(gateway)) first.set(gateway, row);
    }
    const gateways = [...first.keys()].sort();
    const latest = this.latest.get(notifier) ?? '';
    const gateway = gateways.find((each) => each > latest) ?? gateways[0];
    if (gateway === undefined) return undefined;
    this.latest.set(notifier, gateway);
    return first.get(gateway);
  }
}
