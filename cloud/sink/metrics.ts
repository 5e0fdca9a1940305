import type { Registry } from 'prom-client';
import { countedMetrics } from '../../shared/parts/metrics.ts';
import { declareStatistics } from '../../shared/parts/statistics.ts';

/** Labels are lanes, codes and outcomes, never gateways or machines: they stay few. */
export const sinkStatistics = declareStatistics({
  harbinger_ingest_batches_total: {
    type: 'counter',
    help: 'Batches by outcome: stored, duplicate, refused, failed',
    labels: ['lane', 'outcome'],
  },
  harbinger_ingest_blocks_total: { type: 'counter', help: 'Blocks stored', labels: ['lane'] },
  harbinger_ingest_lines_total: {
    type: 'counter',
    help: 'Lines stored (events: events)',
    labels: ['lane'],
  },
  harbinger_ingest_duplicate_blocks_total: {
    type: 'counter',
    help: 'Blocks that had been stored before',
    labels: ['lane'],
  },
  harbinger_ingest_gap_blocks_total: {
    type: 'counter',
    help: 'Blocks that gateways dropped before sending them',
    labels: ['lane'],
  },
  harbinger_ingest_quarantined_total: {
    type: 'counter',
    help: 'Lines and events that can never be stored',
    labels: ['code'],
  },
  harbinger_ingest_unknown_events_total: {
    type: 'counter',
    help: 'Events stored but not applied, because this cloud does not know their type or a value in them',
  },
  harbinger_ingest_store_retries_total: {
    type: 'counter',
    help: 'Writes that had to be retried',
  },
  harbinger_ingest_store_seconds: {
    type: 'histogram',
    help: 'From a batch’s turn to its being durable',
    labels: ['lane'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  },
});

export type SinkMetrics = ReturnType<typeof createSinkMetrics>;

/** Counts what happens to batches. */
export function createSinkMetrics(registry: Registry) {
  const metrics = countedMetrics(registry, sinkStatistics);
  return {
    batches: metrics.harbinger_ingest_batches_total,
    blocks: metrics.harbinger_ingest_blocks_total,
    lines: metrics.harbinger_ingest_lines_total,
    duplicateBlocks: metrics.harbinger_ingest_duplicate_blocks_total,
    gapBlocks: metrics.harbinger_ingest_gap_blocks_total,
    quarantined: metrics.harbinger_ingest_quarantined_total,
    unknownEvents: metrics.harbinger_ingest_unknown_events_total,
    storeRetries: metrics.harbinger_ingest_store_retries_total,
    storeSeconds: metrics.harbinger_ingest_store_seconds,
  };
}
