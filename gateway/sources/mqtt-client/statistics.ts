import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';

export interface RemoteStats {
  name: string;
  url: string;
  connected: boolean;
  /** ISO 8601: since when it is not. */
  lostSince?: string;
  problem?: string;
  connections: number;
  messages: number;
  /** Messages that came again because they were retained there. */
  retainedAgain: number;
  pending: number;
  failed: number;
}

export const mqttClientStatistics = declareStatistics({
  harbinger_mqtt_client_connected: {
    type: 'gauge',
    help: '1 while the broker is connected and subscribed to',
    labels: ['broker'],
  },
  harbinger_mqtt_client_connections_total: {
    type: 'counter',
    help: 'Connections that were made to the broker',
    labels: ['broker'],
  },
  harbinger_mqtt_client_messages_total: {
    type: 'counter',
    help: 'Messages of the broker handed to the intake',
    labels: ['broker'],
  },
  harbinger_mqtt_client_messages_pending: {
    type: 'gauge',
    help: 'Of these, not yet on disk',
    labels: ['broker'],
  },
  harbinger_mqtt_client_messages_failed_total: {
    type: 'counter',
    help: 'Of these, refused by the disk (and sent again by the broker, at QoS 1 and 2)',
    labels: ['broker'],
  },
  harbinger_mqtt_client_retained_again_total: {
    type: 'counter',
    help: 'Retained messages of the broker that had been taken before',
    labels: ['broker'],
  },
});

export function mqttClientSamples(brokers: readonly RemoteStats[]): SamplesOf<typeof mqttClientStatistics> {
  const each = (value: (broker: RemoteStats) => number) =>
    brokers.map((broker) => ({ value: value(broker), labels: { broker: broker.name } }));
  return {
    harbinger_mqtt_client_connected: each(({ connected }) => (connected ? 1 : 0)),
    harbinger_mqtt_client_connections_total: each(({ connections }) => connections),
    harbinger_mqtt_client_messages_total: each(({ messages }) => messages),
    harbinger_mqtt_client_messages_pending: each(({ pending }) => pending),
    harbinger_mqtt_client_messages_failed_total: each(({ failed }) => failed),
    harbinger_mqtt_client_retained_again_total: each(({ retainedAgain }) => retainedAgain),
  };
}

/** The part of `/api/status` with a stable schema. */
export const MqttClientStatus = Type.Array(
  Type.Object(
    {
      name: Type.String(),
      url: Type.String(),
      connected: Type.Boolean(),
      problem: Type.Optional(Type.String()),
    },
    { additionalProperties: true },
  ),
);
