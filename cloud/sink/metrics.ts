import { Counter, Histogram, type Registry } from 'prom-client';

export type SinkMetrics = ReturnType<typeof createSinkMetrics>;

/** Counts what happens to batches. Labels are lanes, codes and outcomes, never gateways or machines: they stay few. */
export function createSinkMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `harbinger_ingest_${name}`, help, labelNames, registers });
  return {
    batches: counter('batches_total', 'Batches by outcome: stored, duplicate, refused, failed', [
      'lane',
      'outcome',
    ]),
    blocks: counter('blocks_total', 'Blocks stored', ['lane']),
    lines: counter('lines_total', 'Lines stored (events: events)', ['lane']),
    duplicateBlocks: counter('duplicate_blocks_total', 'Blocks that had been stored before', ['lane']),
    gapBlocks: counter('gap_blocks_total', 'Blocks that gateways dropped before sending them', ['lane']),
    quarantined: counter('quarantined_total', 'Lines and events that can never be stored', ['code']),
    unknownEvents: counter(
      'unknown_events_total',
      'Events stored but not applied, because this cloud does not know their type or a value in them',
    ),
    storeRetries: counter('store_retries_total', 'Writes that the store did not take at once'),
    storeSeconds: new Histogram({
      name: 'harbinger_ingest_store_seconds',
      help: 'From a batch’s turn to its being durable',
      labelNames: ['lane'] as const,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
      registers,
    }),
  };
}
