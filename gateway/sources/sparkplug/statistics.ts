import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';
import type { NodeCounts } from './nodes/edge-nodes.ts';

export interface HostStats extends NodeCounts {
  name: string;
  url: string;
  connected: boolean;
  /** ISO 8601: since when it is not. */
  lostSince?: string;
  problem?: string;
  nodes: number;
  nodesAlive: number;
  devices: number;
  metrics: number;
  messages: number;
  pending: number;
  rebirths: number;
  retried: number;
  /** Messages whose readings can never be stored. */
  givenUp: number;
  /** Sentences about what is left out, the first ones. */
  notes: string[];
}

export const sparkplugStatistics = declareStatistics({
  harbinger_sparkplug_connected: {
    type: 'gauge',
    help: '1 while the broker is connected',
    labels: ['broker'],
  },
  harbinger_sparkplug_nodes_alive: {
    type: 'gauge',
    help: 'Edge nodes that are born and not dead',
    labels: ['broker'],
  },
  harbinger_sparkplug_metrics: { type: 'gauge', help: 'Metrics that births have named', labels: ['broker'] },
  harbinger_sparkplug_messages_total: { type: 'counter', help: 'Messages of edge nodes', labels: ['broker'] },
  harbinger_sparkplug_births_total: {
    type: 'counter',
    help: 'Births of edge nodes and devices',
    labels: ['broker'],
  },
  harbinger_sparkplug_deaths_total: {
    type: 'counter',
    help: 'Deaths of edge nodes and devices',
    labels: ['broker'],
  },
  harbinger_sparkplug_rebirths_total: {
    type: 'counter',
    help: 'Rebirths that were asked for',
    labels: ['broker'],
  },
  harbinger_sparkplug_left_out_total: {
    type: 'counter',
    help: 'Messages that did not follow on the one before (gap) or could not be read (unreadable); values of a metric that no birth has named (unknown), of a type that is not taken (skipped), or not of the type of their metric (refused)',
    labels: ['broker', 'reason'],
  },
  harbinger_sparkplug_readings_retried_total: {
    type: 'counter',
    help: 'Times the disk refused readings',
    labels: ['broker'],
  },
  harbinger_sparkplug_readings_given_up_total: {
    type: 'counter',
    help: 'Messages whose readings can never be stored, as the log says why',
    labels: ['broker'],
  },
});

const reasons = ['gaps', 'unreadable', 'unknown', 'skipped', 'refused'] as const;

export function sparkplugSamples(hosts: readonly HostStats[]): SamplesOf<typeof sparkplugStatistics> {
  const each = (value: (host: HostStats) => number) =>
    hosts.map((host) => ({ value: value(host), labels: { broker: host.name } }));
  return {
    harbinger_sparkplug_connected: each(({ connected }) => (connected ? 1 : 0)),
    harbinger_sparkplug_nodes_alive: each(({ nodesAlive }) => nodesAlive),
    harbinger_sparkplug_metrics: each(({ metrics }) => metrics),
    harbinger_sparkplug_messages_total: each(({ messages }) => messages),
    harbinger_sparkplug_births_total: each(({ births }) => births),
    harbinger_sparkplug_deaths_total: each(({ deaths }) => deaths),
    harbinger_sparkplug_rebirths_total: each(({ rebirths }) => rebirths),
    harbinger_sparkplug_left_out_total: hosts.flatMap((host) =>
      reasons.map((reason) => ({
        value: host[reason],
        labels: { broker: host.name, reason: reason === 'gaps' ? 'gap' : reason },
      })),
    ),
    harbinger_sparkplug_readings_retried_total: each(({ retried }) => retried),
    harbinger_sparkplug_readings_given_up_total: each(({ givenUp }) => givenUp),
  };
}

/** The part of `/api/status` with a stable schema. */
export const SparkplugStatus = Type.Array(
  Type.Object(
    {
      name: Type.String(),
      url: Type.String(),
      connected: Type.Boolean(),
      problem: Type.Optional(Type.String()),
      nodesAlive: Type.Integer(),
    },
    { additionalProperties: true },
  ),
);
