import type { Registry } from 'prom-client';
import { countedMetrics } from '../../shared/parts/metrics.ts';
import { declareStatistics } from '../../shared/parts/statistics.ts';

/** Lanes and reasons are the only labels, never gateways: labels stay few. */
export const receiveStatistics = declareStatistics({
  harbinger_ingest_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of batches as received',
    labels: ['lane'],
  },
  harbinger_ingest_refused_logins_total: {
    type: 'counter',
    help: 'Connections refused for wrong credentials or throttling',
  },
  harbinger_ingest_throttled_logins_total: {
    type: 'counter',
    help: 'Of these, throttled after too many failures',
  },
  harbinger_ingest_twin_batches_total: {
    type: 'counter',
    help: 'Batches of a gateway while another one sends under the same name',
  },
  harbinger_ingest_duplicate_gateways: {
    type: 'gauge',
    help: 'Names under which two gateways have stayed connected, whether they send or not',
  },
  harbinger_ingest_refused_packets_total: {
    type: 'counter',
    help: 'Packets outside a gateway’s rights or over a limit',
  },
  harbinger_ingest_refused_batches_total: {
    type: 'counter',
    help: 'Batches not confirmed, because they were not received as they were sent or have a format that this cloud does not know',
    labels: ['reason'],
  },
  harbinger_ingest_connections_over_limit_total: {
    type: 'counter',
    help: 'Connections closed because there were as many as allowed: new ones, or such as had not signed in',
    labels: ['which'],
  },
  harbinger_ingest_connections: { type: 'gauge', help: 'Gateways’ connections' },
});

export type ReceiveMetrics = ReturnType<typeof createReceiveMetrics>;

/** Counts connections and their traffic. */
export function createReceiveMetrics(registry: Registry) {
  const metrics = countedMetrics(registry, receiveStatistics);
  return {
    receivedBytes: metrics.harbinger_ingest_received_bytes_total,
    refusedLogins: metrics.harbinger_ingest_refused_logins_total,
    throttledLogins: metrics.harbinger_ingest_throttled_logins_total,
    duplicateGatewayBatches: metrics.harbinger_ingest_twin_batches_total,
    duplicateGateways: metrics.harbinger_ingest_duplicate_gateways,
    refusedPackets: metrics.harbinger_ingest_refused_packets_total,
    refusedBatches: metrics.harbinger_ingest_refused_batches_total,
    connectionsOverLimit: metrics.harbinger_ingest_connections_over_limit_total,
    connections: metrics.harbinger_ingest_connections,
  };
}
