import { Counter, Gauge, type Registry } from 'prom-client';

export type ReceiveMetrics = ReturnType<typeof createReceiveMetrics>;

/** Counts connections and their traffic. Lanes and reasons are the only labels, never gateways: labels stay few. */
export function createReceiveMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `harbinger_ingest_${name}`, help, labelNames, registers });
  return {
    receivedBytes: counter('received_bytes_total', 'Bytes of batches as received', ['lane']),
    refusedLogins: counter(
      'refused_logins_total',
      'Connections with wrong credentials, or not let in for now',
    ),
    throttledLogins: counter('throttled_logins_total', 'Of these, turned away after too many failures'),
    duplicateGatewayBatches: counter(
      'twin_batches_total',
      'Batches of a gateway while another one of its name sends too',
    ),
    refusedPackets: counter('refused_packets_total', 'Packets outside a gateway’s rights or over a limit'),
    refusedBatches: counter(
      'refused_batches_total',
      'Batches not confirmed, because they were not received as they were sent or have a format that this cloud does not know',
      ['reason'],
    ),
    connections: new Gauge({
      name: 'harbinger_ingest_connections',
      help: 'Gateways’ connections',
      registers,
    }),
  };
}
