/** The latest events and decision records of the gateways. */
import type { DecisionRecord, HarbingerEvent } from '../../shared/contract/events.ts';
import type { Page, PageQuery } from './page.ts';

/** Events other than decision records, which are many and have a list of their own. */
export interface EventHistory {
  page(query: PageQuery): Page<HarbingerEvent>;
}

export interface StoredDecision extends DecisionRecord {
  gateway: string;
  /** RFC 3339. */
  at: string;
}

export interface DecisionHistory {
  page(query: PageQuery): Page<StoredDecision>;
  /** Undefined if it is not known, or not any more. */
  find(decisionId: string): StoredDecision | undefined;
}
