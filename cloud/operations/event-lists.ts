import { reporterOf } from '../../shared/contract/alert-content.ts';
import { type HarbingerEvent, isEventOf } from '../../shared/contract/events.ts';
import type { DecisionHistory, StoredDecision } from '../ports/history.ts';
import { BoundedLog, type BoundedLogOptions } from './bounded-log.ts';
import type { OperationsConfig } from './config.ts';
import type { Store } from './database.ts';

export interface EventListOptions extends Required<Pick<BoundedLogOptions, 'onDamaged' | 'stampMs'>> {
  /** Whether an event has no age. */
  isNeeded(event: HarbingerEvent, gateway: string): boolean;
}

/** The latest events, each once, shared out among gateways. Decision records are many, so they have a list of their own. */
export class EventLists {
  readonly events: BoundedLog<HarbingerEvent>;
  readonly decisions: BoundedLog<StoredDecision>;

  constructor(
    store: Store,
    { eventsMax, decisionsMax }: Pick<OperationsConfig, 'eventsMax' | 'decisionsMax'>,
    options: EventListOptions,
  ) {
    const { isNeeded, ...shared } = { ...options, isShared: true };
    this.events = new BoundedLog(store, 'events', { ...shared, countMax: eventsMax, isNeeded });
    this.decisions = new BoundedLog(store, 'decisions', { ...shared, countMax: decisionsMax });
  }

  /** The decision records, as others read them. */
  history(): DecisionHistory {
    const { decisions } = this;
    return {
      page: (query) => decisions.page(query),
      find(decisionId) {
        for (const gateway of decisions.ownerNames()) {
          const seq = decisions.seqOf(`/gateways/${gateway}/${decisionId}`);
          if (seq !== undefined) return decisions.get(seq);
        }
        return undefined;
      },
    };
  }

  /** After a failed transaction. */
  reload(): void {
    this.events.reload();
    this.decisions.reload();
  }

  /** The record of a decision, if it is still there. */
  decisionOf(gateway: string, decisionId: string): StoredDecision | undefined {
    const seq = this.decisions.seqOf(`/gateways/${gateway}/${decisionId}`);
    return seq === undefined ? undefined : this.decisions.get(seq);
  }

  /**
   * Removes at most `max` events and decision records about a machine of some gateways; returns how many. Call it inside
   * a transaction.
   */
  removeSubject(subject: string, isOf: (gateway: string, at: string) => boolean, max: number): number {
    const isItsEvent = (event: HarbingerEvent) => isOf(gatewayOf(event), event.time);
    const events = this.events.removeSubject(subject, isItsEvent, max);
    return (
      events + this.decisions.removeSubject(subject, ({ gateway, at }) => isOf(gateway, at), max - events)
    );
  }

  /** Call it inside a transaction. False if the event was added before. */
  add(gateway: string, event: HarbingerEvent): boolean {
    const id = `${event.source}/${event.id}`;
    if (isEventOf(event, 'io.harbinger.decision.recorded.v1')) {
      const decision = { ...event.data, gateway, at: event.time };
      return this.decisions.add(decision, { id, subject: event.data.subject, owner: gateway }) !== null;
    }
    const subject = event.subject === undefined ? {} : { subject: event.subject };
    return this.events.add(event, { id, ...subject, owner: gateway }) !== null;
  }
}

/** The gateway of the machine that an event is about. */
function gatewayOf(event: HarbingerEvent): string {
  const isOfPerson = isEventOf(event, 'io.harbinger.machine.maintained.v1');
  return isOfPerson ? event.data.gateway : reporterOf(event.source);
}
