import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { defaultPayload, type PayloadFunction } from './mqtt/payload.ts';
import type { LatencySummary } from './record/histogram.ts';
import type { LatencyLog } from './record/latency-log.ts';

export interface LoadOptions {
  host?: string;
  port: number;
  /** Number of connections, each of one machine by default. */
  connections: number;
  qos: 0 | 1;
  /** QoS 1: messages in flight for each connection. Default 20. */
  window?: number;
  /** Number of messages after which it stops. Without it and `durationMs`, `stop()` stops it. */
  total?: number;
  /** Time after which it stops. */
  durationMs?: number;
  /** Messages a second over all connections. 0 (default): as many as the broker accepts. */
  rate?: number;
  /** `{machine}` and `{c}` are filled in; `{member}` is the number, 0 …, of one of the connection's `members`. */
  topic?: string;
  /** Number of machines that alternate on one connection, if the topic has `{member}`. */
  members?: number;
  /** Name of a connection's machine; `{c}` is the connection's number. */
  machine?: string;
  /** A template (see payload.ts), or a function, which is slower. */
  payload?: string | PayloadFunction;
  /** Makes each connection a pump with fourteen sensors, instead of `payload`. */
  pumps?: boolean;
  /** Pads the template with spaces to this length. */
  payloadBytes?: number;
  /** The first running number of each machine. Default 1. */
  seqFirst?: number;
  username?: string;
  password?: string;
  clientPrefix?: string;
  /** Speaks MQTT 5, and not 3.1.1. */
  mqtt5?: boolean;
  /** Speaks TLS, with a certificate of this authority (PEM). */
  tlsCa?: string;
  /** MQTT's clean session. Default true. */
  clean?: boolean;
  /** Whether to reconnect after a loss and resend everything unacknowledged. Default true. */
  reconnect?: boolean;
  /** Time limit for the last acknowledgements. */
  drainMsMax?: number;
  /** Stops when nothing has moved for this time. */
  stallMsMax?: number;
  /** Records the latency of every acknowledgement, besides the report's summary. */
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
  /** Messages resent after a loss of connection, with DUP. */
  resent: number;
  reconnects: number;
  /** From the first message to the last acknowledgement (QoS 0: to the broker's answer to a last ping). */
  seconds: number;
  /** Messages acknowledged (QoS 0: sent) per second. */
  perSecond: number;
  /** Time from writing (with a rate: from when the message was due) to the acknowledgement. */
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
