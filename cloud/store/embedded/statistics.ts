/** Counts the values that have no column, and says once for each measurement and reason that there are some. */
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type Overflow, type OverflowCounts, overflowReasons } from './column-budget.ts';

export const embeddedStatistics = declareStatistics({
  harbinger_store_other_fields_total: {
    type: 'counter',
    help: 'Values stored in the table of other fields because they have no column, by reason; `harbinger columns list` shows who caused the columns',
    labels: ['reason'],
  },
  harbinger_store_columns: { type: 'gauge', help: 'Columns of all tables of the embedded store' },
});

/** How many pairs of measurement and reason are logged; names come from devices and are many. */
const loggedMax = 200;

export class StoreStatistics {
  readonly #log: Log;
  readonly #totals = new Map<Overflow, number>();
  readonly #logged = new Set<string>();
  #columns: number | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  add({ overflow, columns }: { overflow: OverflowCounts; columns: number }): void {
    this.#columns = columns;
    for (const [measurement, counts] of overflow) {
      for (const [reason, count] of counts) {
        this.#totals.set(reason, (this.#totals.get(reason) ?? 0) + count);
        this.#say(measurement, reason);
      }
    }
  }

  samples(): SamplesOf<typeof embeddedStatistics> {
    const totals = [...this.#totals].map(([reason, value]) => ({ labels: { reason }, value }));
    return {
      harbinger_store_other_fields_total: totals,
      ...(this.#columns !== undefined && { harbinger_store_columns: this.#columns }),
    };
  }

  #say(measurement: string, reason: Overflow): void {
    const key = `${reason} ${measurement}`;
    if (this.#logged.has(key) || this.#logged.size >= loggedMax) return;
    this.#logged.add(key);
    this.#log.warn(
      { measurement, reason },
      `some values of this measurement have no column, because ${overflowReasons[reason]}; they are stored in the table other_fields; harbinger columns shows who has caused columns, and frees them`,
    );
  }
}
