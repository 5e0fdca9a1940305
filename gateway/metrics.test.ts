import { describe, expect, it } from 'vitest';
import { dataMetrics } from './data-metrics.ts';
import { GatewayMetrics } from './metrics.ts';
import type { DataStatus } from './pipeline/status.ts';
import type { BrokerStats } from './sources/mqtt/engine.ts';
import { refusalReasons } from './sources/mqtt/refusal.ts';

const brokerStats = (over: Partial<BrokerStats> = {}): BrokerStats => ({
  connections: 3,
  connectionsSeen: 4,
  refused: Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as BrokerStats['refused'],
  messages: 10,
  messagesPending: 0,
  messagesFailed: 0,
  subscriptionsRefused: 0,
  retained: { messages: 2, bytes: 20, refused: 0 },
  sessions: 1,
  queue: { bytes: 0, dropped: 0 },
  forwardsDropped: 0,
  storeFailures: 0,
  ...over,
});

const journal = (lane: string, dropped = { blocks: 0, lines: 0, bytes: 0 }) => ({
  lane,
  firstSeq: 1,
  lastSeq: 9,
  bytes: 1_000,
  bytesMax: 1 << 30,
  dropped,
  writtenBytes: 1_200,
  syncs: 5,
  oldestMs: null,
});

function dataStatus(over: Partial<DataStatus> = {}): DataStatus {
  const counts = new Proxy({}, { get: () => 0 });
  return {
    pipeline: counts as DataStatus['pipeline'],
    placement: counts as DataStatus['placement'],
    machines: 0,
    journalTrouble: null,
    journals: [journal('events'), journal('readings')],
    losses: [],
    backlog: {},
    uplink: null,
    deadLetters: { count: 0, bytes: 0, dropped: 0, byCode: {} },
    deadLettersRedriven: 0,
    estimatesDropped: 0,
    ...over,
  };
}

async function shown(metrics: GatewayMetrics, name: string): Promise<number[]> {
  const metric = await metrics.registry.getSingleMetric(name)?.get();
  return metric?.values.map(({ value }) => value) ?? [];
}

describe('metrics', () => {
  it('say how far the journal may grow, and what it has dropped', async () => {
    const metrics = new GatewayMetrics();
    dataMetrics(metrics, dataStatus());
    const full = journal('readings', { blocks: 2, lines: 300, bytes: 4_000 });
    dataMetrics(metrics, dataStatus({ journals: [journal('events'), full] }));
    expect(await shown(metrics, 'harbinger_journal_limit_bytes')).toEqual([1 << 30]);
    expect(await shown(metrics, 'harbinger_journal_dropped_blocks_total')).toEqual([0, 2]);
    expect(await shown(metrics, 'harbinger_journal_dropped_lines_total')).toEqual([0, 300]);
    expect(await shown(metrics, 'harbinger_journal_dropped_bytes_total')).toEqual([0, 4_000]);
  });

  it('count dead letters that were redriven, and what the broker refused to keep or to give', async () => {
    const metrics = new GatewayMetrics();
    dataMetrics(metrics, dataStatus({ deadLettersRedriven: 7 }));
    metrics.broker(brokerStats());
    const retained = { messages: 2, bytes: 20, refused: 3 };
    metrics.broker(brokerStats({ subscriptionsRefused: 5, retained }));
    expect(await shown(metrics, 'harbinger_dead_letters_redriven_total')).toEqual([7]);
    expect(await shown(metrics, 'harbinger_broker_subscriptions_refused_total')).toEqual([5]);
    expect(await shown(metrics, 'harbinger_broker_retained_refused_total')).toEqual([3]);
    expect(await shown(metrics, 'harbinger_broker_retained_messages')).toEqual([2]);
  });

  it('tell of each serial device whether it is there', async () => {
    const metrics = new GatewayMetrics();
    const port = { path: '/dev/scale', open: true, lines: 7, truncated: 1, retried: 0, reopened: 0 };
    metrics.serial([port, { ...port, path: '/dev/gone', open: false }]);
    expect(await shown(metrics, 'harbinger_serial_open')).toEqual([1, 0]);
    expect(await shown(metrics, 'harbinger_serial_lines_total')).toEqual([7, 7]);
  });

  it('leave out the free space where the disk does not tell', async () => {
    const metrics = new GatewayMetrics();
    metrics.disk(null);
    expect(await shown(metrics, 'harbinger_data_free_bytes')).toEqual([]);
    metrics.disk(5e9);
    expect(await shown(metrics, 'harbinger_data_free_bytes')).toEqual([5e9]);
  });
});
