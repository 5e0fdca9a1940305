import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';
import type { RecordOutcome } from '../../ports/retention/record-retention.ts';
import type { RetentionReport, RetentionState } from '../../ports/retention/retention.ts';

export const retentionStatistics = declareStatistics({
  harbinger_retention_deleted_total: {
    type: 'counter',
    help: 'Readings deleted because they were too old (`age`) or the store took too much (`space`)',
    labels: ['reason'],
  },
  harbinger_retention_thinned_total: { type: 'counter', help: 'Readings replaced by means' },
  harbinger_retention_records_deleted_total: {
    type: 'counter',
    help: 'Records of the cloud deleted because they were too old, by kind, as in `[operations]`',
    labels: ['kind'],
  },
  harbinger_retention_clock_waits_seconds: {
    type: 'gauge',
    help: 'For how long the clock has still to be the same before anything is deleted by age; 0 if it has been',
  },
  harbinger_store_used_bytes: { type: 'gauge', help: 'Space that stored readings take' },
  harbinger_store_disk_bytes: {
    type: 'gauge',
    help: 'Space of the store on its disk, with what will be used again',
  },
  harbinger_store_bound_bytes: { type: 'gauge', help: 'The most space that readings may take' },
  harbinger_store_days_to_bound: {
    type: 'gauge',
    help: 'Days until that bound is reached at the present rate; infinite if the store does not grow, or that is not known',
  },
});

/** The whole state is described at `GET /api/retention`. */
export const RetentionStatus = Type.Object(
  {
    isSupported: Type.Boolean({ description: 'false if this kind of store cannot delete what is old' }),
    clockWaitsMs: Type.Number({
      description: 'for how long the clock has still to be the same before anything is deleted by age',
    }),
    daysToBound: Type.Union([Type.Number(), Type.Null()], { description: 'at the present rate' }),
  },
  { additionalProperties: true },
);

/** Adds up what the passes since the start have done. */
export class RetentionTotals {
  #age = 0;
  #space = 0;
  #thinned = 0;
  readonly #records = new Map<string, number>();

  add({ measurements }: Pick<RetentionReport, 'measurements'>): void {
    for (const { deleted, deletedForSpace, thinned } of measurements) {
      this.#age += deleted;
      this.#space += deletedForSpace;
      this.#thinned += thinned;
    }
  }

  addRecords(outcomes: readonly RecordOutcome[]): void {
    for (const { kind, deleted } of outcomes)
      this.#records.set(kind, (this.#records.get(kind) ?? 0) + deleted);
  }

  samples({
    space,
    boundBytes,
    daysToBound,
    clockWaitsMs,
  }: RetentionState): SamplesOf<typeof retentionStatistics> {
    return {
      harbinger_retention_deleted_total: [
        { labels: { reason: 'age' }, value: this.#age },
        { labels: { reason: 'space' }, value: this.#space },
      ],
      harbinger_retention_thinned_total: this.#thinned,
      harbinger_retention_records_deleted_total: [...this.#records].map(([kind, value]) => ({
        labels: { kind },
        value,
      })),
      harbinger_retention_clock_waits_seconds: clockWaitsMs / 1_000,
      ...(space && {
        harbinger_store_used_bytes: space.usedBytes,
        harbinger_store_disk_bytes: space.diskBytes,
      }),
      ...(boundBytes !== null && { harbinger_store_bound_bytes: boundBytes }),
      harbinger_store_days_to_bound: daysToBound ?? Number.POSITIVE_INFINITY,
    };
  }
}
