import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type IngestMetrics = ReturnType<typeof createIngestMetrics>;

/** Counters of the ingest; labels are lanes, codes and outcomes, never gateways or machines. */
export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `harbinger_ingest_${name}`, help, labelNames, registers });
  return {
    batches: counter('batches_total', 'Batches by outcome: stored, duplicate, quarantined, failed', [
      'lane',
      'outcome',
    ]),
    blocks: counter('blocks_total', 'Blocks stored', ['lane']),
    lines: counter('lines_total', 'Lines stored (events: events)', ['lane']),
    receivedBytes: counter('received_bytes_total', 'Bytes of batches as received', ['lane']),
    duplicateBlocks: counter('duplicate_blocks_total', 'Blocks that had been stored before', ['lane']),
    gapBlocks: counter('gap_blocks_total', 'Blocks that gateways dropped before sending them', ['lane']),
    quarantined: counter('quarantined_total', 'Lines, events or batches that can never be stored', ['code']),
    storeRetries: counter('store_retries_total', 'Writes that the store did not take at once'),
    refusedLogins: counter(
      'refused_logins_total',
      'Connections with wrong credentials, or not let in for now',
    ),
    throttledLogins: counter('throttled_logins_total', 'Of these, turned away after too many failures'),
    twinBatches: counter(
      'twin_batches_total',
      'Batches of a gateway while another one of its name sends too',
    ),
    refusedPackets: counter('refused_packets_total', 'Packets outside a gateway’s rights or over a limit'),
    storeSeconds: new Histogram({
      name: 'harbinger_ingest_store_seconds',
      help: 'From a batch’s turn to its being durable',
      labelNames: ['lane'] as const,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
      registers,
    }),
    connections: new Gauge({
      name: 'harbinger_ingest_connections',
      help: 'Gateways’ connections',
      registers,
    }),
  };
}
