import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { defaultPayload, type PayloadFunction } from './mqtt/payload.ts';
import type { LatencySummary } from './record/histogram.ts';
import type { LatencyLog } from './record/latency-log.ts';

export interface LoadOptions {
  host?: string;
  port: number;
  /** One machine each. */
  connections: number;
  qos: 0 | 1;
  /** QoS 1: messages in flight for each connection. Default 20. */
  window?: number;
  /** Ends after so many messages, or … */
  total?: number;
  /** … after so long. At least one of both, or stop(). */
  durationMs?: number;
  /** Messages a second, all connections together. 0 (default): as many as the broker takes. */
  rate?: number;
  /** `{machine}` and `{c}` are filled in; `{member}` is the number, 0 …, of one of the connection's `members`. */
  topic?: string;
  /** Machines that take turns on one connection, where the topic says `{member}`. */
  members?: number;
  /** Machine of a connection; `{c}` is its number. */
  machine?: string;
  /** A template (see payload.ts) or a function, which costs more. */
  payload?: string | PayloadFunction;
  /** Each connection is a pump with its fourteen sensors, instead of `payload`. */
  pumps?: boolean;
  /** Pads the template with spaces to this length. */
  payloadBytes?: number;
  /** The first running number of each machine. Default 1. */
  seqFirst?: number;
  username?: string;
  password?: string;
  clientPrefix?: string;
  /** MQTT's clean session. Default true. */
  clean?: boolean;
  /** After a loss, connects again and sends everything unacknowledged again. Default true. */
  reconnect?: boolean;
  /** How long to wait for the last acknowledgements. */
  drainMsMax?: number;
  /** Gives up when nothing moves for so long. */
  stallMsMax?: number;
  /** Keeps every acknowledgement's latency, besides the report's summary. */
  latencyLog?: LatencyLog;
  clock?: Clock;
}

export type LoadEnd = 'complete' | 'stopped' | 'drain-timeout' | 'stalled' | 'disconnected';

export interface LoadReport {
  end: LoadEnd;
  sent: number;
  acked: number;
  /** Bytes of all PUBLISH packets, headers included. */
  bytesSent: number;
  /** Sent again after a loss of connection, with DUP. */
  resent: number;
  reconnects: number;
  /** From the first message to the last acknowledgement (QoS 0: to the broker's answer to a last ping). */
  seconds: number;
  /** Acknowledged (QoS 0: sent) messages a second. */
  perSecond: number;
  /** From writing (with a rate: from when the message was due) to its acknowledgement. */
  ackLatency: LatencySummary;
  cpuSeconds: number;
}

export type FullLoadOptions = Omit<LoadOptions, keyof typeof defaults> &
  Required<Pick<LoadOptions, keyof typeof defaults>>;

export const defaults = {
  host: '127.0.0.1',
  window: 20,
  rate: 0,
  topic: 'telemetry/load/{machine}',
  machine: 'm{c}',
  members: 1,
  pumps: false,
  payload: defaultPayload,
  payloadBytes: 0,
  seqFirst: 1,
  clientPrefix: 'load-',
  clean: true,
  reconnect: true,
  drainMsMax: 30_000,
  stallMsMax: 60_000,
  clock: systemClock,
} satisfies Partial<LoadOptions>;
