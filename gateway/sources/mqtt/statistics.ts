import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';
import type { SharedClientId, Takeovers } from './access/takeovers.ts';
import type { RefusalReason } from './connection-refusal.ts';
import type { LatestRefusal, RefusalCounts } from './refusal-counts.ts';
import type { BrokerPersistence } from './sessions/persistence.ts';

export interface BrokerStats {
  connections: number;
  /** Connections since the start, refused ones included. */
  connectionsSeen: number;
  /** Connections that the broker refused or closed, by reason. */
  refused: Record<RefusalReason, number>;
  latestRefusal: LatestRefusal | null;
  /** Telemetry messages passed to the intake; of these, those not settled yet, and those settled with an error. */
  messages: number;
  messagesPending: number;
  messagesFailed: number;
  subscriptionsRefused: number;
  retained: { messages: number; bytes: number; refused: number };
  sessions: number;
  /** Connections closed because another one came with the same client id. */
  takeovers: number;
  /** Client ids that two devices use: their number, and those taken over most often. */
  sharedClientIds: number;
  sharedClients: SharedClientId[];
  /** Packets that have begun and are not whole. */
  unfinished: { bytes: number };
  wills: { bytes: number };
  /** For absent clients: payload bytes kept, and messages dropped because a queue was full. */
  queue: { bytes: number; dropped: number };
  /** Messages dropped because a connected subscriber was too slow. */
  forwardsDropped: number;
  storeFailures: number;
}

/** The parts of the broker that count. */
interface CountingParts {
  refusals: RefusalCounts;
  connections: { all: ReadonlySet<unknown>; seen: number };
  acknowledging: { accepted: number; pending: number; failed: number };
  subscribing: { refused: number };
  takeovers: Takeovers;
  fanOut: { dropped: number; failed: number };
  unfinished: { bytes: number };
  persistence: Pick<BrokerPersistence, 'retained' | 'sessions' | 'wills' | 'writeFailures'>;
}

export function statsOf(parts: CountingParts): BrokerStats {
  const { refusals, connections, acknowledging, persistence, takeovers, fanOut } = parts;
  const { retained, sessions, wills } = persistence;
  const shared = takeovers.shared();
  return {
    connections: connections.all.size,
    connectionsSeen: connections.seen,
    refused: { ...refusals.counts },
    latestRefusal: refusals.latest,
    messages: acknowledging.accepted,
    messagesPending: acknowledging.pending,
    messagesFailed: acknowledging.failed,
    subscriptionsRefused: parts.subscribing.refused,
    retained: { messages: retained.count, bytes: retained.bytes, refused: retained.refused },
    sessions: sessions.size,
    takeovers: takeovers.total,
    sharedClientIds: shared.count,
    sharedClients: shared.worst,
    unfinished: { bytes: parts.unfinished.bytes },
    wills: { bytes: wills.bytes },
    queue: { bytes: sessions.queuedBytes, dropped: sessions.dropped },
    forwardsDropped: fanOut.dropped,
    storeFailures: persistence.writeFailures + fanOut.failed,
  };
}

export const brokerStatistics = declareStatistics({
  harbinger_broker_connections: { type: 'gauge', help: 'Sensors connected' },
  harbinger_broker_messages_total: { type: 'counter', help: 'Telemetry messages handed to the intake' },
  harbinger_broker_messages_pending: { type: 'gauge', help: 'Of these, not yet on disk' },
  harbinger_broker_messages_failed_total: {
    type: 'counter',
    help: 'Of these, refused by the disk (and resent by sensors)',
  },
  harbinger_broker_forwards_dropped_total: {
    type: 'counter',
    help: 'Messages that a subscriber was too slow for',
  },
  harbinger_broker_queue_dropped_total: {
    type: 'counter',
    help: 'Messages dropped from full queues of absent subscribers',
  },
  harbinger_broker_sessions: { type: 'gauge', help: 'Kept sessions, of absent clients too' },
  harbinger_broker_takeovers_total: {
    type: 'counter',
    help: 'Connections closed because another one came with the same client id',
  },
  harbinger_broker_client_ids_shared: {
    type: 'gauge',
    help: 'Client ids that two devices use (/api/status says which, and from where)',
  },
  harbinger_broker_retained_messages: { type: 'gauge', help: 'Retained messages kept' },
  harbinger_broker_retained_bytes: { type: 'gauge', help: 'Bytes of the retained messages' },
  harbinger_broker_retained_refused_total: {
    type: 'counter',
    help: 'Messages passed on but not retained, because retainedMessagesMax or retainedBytesMax was reached',
  },
  harbinger_broker_unfinished_bytes: {
    type: 'gauge',
    help: 'Bytes of packets that have begun and are not whole yet',
  },
  harbinger_broker_will_bytes: { type: 'gauge', help: 'Bytes of the wills that clients have left' },
  harbinger_broker_subscriptions_refused_total: {
    type: 'counter',
    help: 'Subscriptions refused: no right to them, or subscriptionsMax was reached',
  },
  harbinger_broker_store_failures_total: {
    type: 'counter',
    help: 'Failed writes of sessions and retained messages',
  },
  harbinger_broker_refused_total: {
    type: 'counter',
    help: 'Connections refused or closed, by reason',
    labels: ['reason'],
  },
});

export function brokerSamples(stats: BrokerStats): SamplesOf<typeof brokerStatistics> {
  return {
    harbinger_broker_connections: stats.connections,
    harbinger_broker_messages_total: stats.messages,
    harbinger_broker_messages_pending: stats.messagesPending,
    harbinger_broker_messages_failed_total: stats.messagesFailed,
    harbinger_broker_forwards_dropped_total: stats.forwardsDropped,
    harbinger_broker_queue_dropped_total: stats.queue.dropped,
    harbinger_broker_sessions: stats.sessions,
    harbinger_broker_takeovers_total: stats.takeovers,
    harbinger_broker_client_ids_shared: stats.sharedClientIds,
    harbinger_broker_retained_messages: stats.retained.messages,
    harbinger_broker_retained_bytes: stats.retained.bytes,
    harbinger_broker_retained_refused_total: stats.retained.refused,
    harbinger_broker_unfinished_bytes: stats.unfinished.bytes,
    harbinger_broker_will_bytes: stats.wills.bytes,
    harbinger_broker_subscriptions_refused_total: stats.subscriptionsRefused,
    harbinger_broker_store_failures_total: stats.storeFailures,
    harbinger_broker_refused_total: Object.entries(stats.refused).map(([reason, value]) => ({
      value,
      labels: { reason },
    })),
  };
}

const Count = Type.Integer({ minimum: 0 });

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const Refused = Type.Object({
  atMs: Type.Number(),
  reason: Type.String(),
  message: Type.String(),
  client: TextOrNull,
  address: TextOrNull,
});

/** The part of `/api/status` with a stable schema. */
export const BrokerStatus = Type.Object(
  {
    connections: Count,
    messages: Count,
    refused: Type.Record(Type.String(), Count),
    latestRefusal: Type.Union([Refused, Type.Null()]),
  },
  { additionalProperties: true },
);
