import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { ConnectedClient } from './connection/connection.ts';
import { ConnectionRefusal, type RefusalReason, refusalReasons } from './connection-refusal.ts';

const windowMs = 60_000;
const logsPerWindow = 5;
const versionHint = 'the client speaks an unknown version of MQTT; set it to 5 or 3.1.1 (or 3.1)';

export const takeoverText =
  'closed the earlier connection: the client has reconnected, or another one has the same client id (each needs its own)';

export const overLimitTexts = {
  new: 'closed a new connection: as many clients as broker.connectionsMax allows have signed in',
  waiting:
    'closed a connection that had not signed in, in favour of a new one: broker.connectionsMax is reached',
};

export const noRightAnyMore = (topic: string) =>
  `a will on ${topic.slice(0, 200)} is not published: its user has no right to that any more`;

/** The latest connection that was refused or closed, for people who look for what went wrong with a sensor. */
export interface LatestRefusal {
  atMs: number;
  reason: RefusalReason;
  message: string;
  client: string | null;
  address: string | null;
}

/** Counts refusals by reason, keeps the latest, and logs the first few of each kind in every minute. */
export class RefusalCounts {
  latest: LatestRefusal | null = null;
  readonly counts = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<
    RefusalReason,
    number
  >;
  private readonly windows = new Map<string, { startMs: number; logged: number; silent: number }>();
  private readonly clock: Clock;
  private readonly log: Log;

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  count(reason: RefusalReason, who: Record<string, unknown>, message: string): void {
    this.counts[reason] += 1;
    const said = reason === 'version' ? versionHint : message;
    const atMs = this.clock.nowMs();
    this.latest = { atMs, reason, message: said, client: textOf(who.client), address: textOf(who.address) };
    this.tell(reason, who, said);
  }

  /** Tells of a message that waited for a kept session, and was not sent. */
  readonly noRight = (client: ConnectedClient, topic: string): void => {
    const message = 'dropped a message that waited: its user has no right to its topic any more';
    this.tell('subscribe', { ...describe(client), topic: topic.slice(0, 200) }, message);
  };

  /** Logs without counting. Each `kind` has its own rate limit, so there must be few kinds. */
  tell(kind: string, who: Record<string, unknown>, message: string): void {
    const nowMs = this.clock.monotonicMs();
    let window = this.windows.get(kind);
    if (!window || nowMs - window.startMs >= windowMs) {
      const silent = window?.silent ?? 0;
      if (silent > 0)
        this.log.warn(
          { reason: kind, count: silent },
          'further refusals of this kind were not logged one by one',
        );
      window = { startMs: nowMs, logged: 0, silent: 0 };
      this.windows.set(kind, window);
    }
    if (window.logged < logsPerWindow) {
      window.logged += 1;
      this.log.warn({ reason: kind, ...who }, message);
    } else window.silent += 1;
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/**
 * Returns the reason for an error that Aedes or the socket reports for a client; null for an ordinary lost connection.
 */
export function reasonOf(error: Error): RefusalReason | null {
  if (error instanceof ConnectionRefusal) return error.reason;
  if ('code' in error && typeof error.code === 'string') {
    return error.code.startsWith('WS_ERR') || error.code.startsWith('ERR_SSL') ? 'malformed' : null;
  }
  switch (error.message) {
    case 'connect did not arrive in time':
      return 'timeout';
    case 'unacceptable protocol version':
      return 'version';
    case 'identifier rejected':
      return 'client-id';
    case 'drain timeout':
      return 'slow';
    case 'connection closed':
    case 'Premature close':
      return null;
    default:
      return 'malformed';
  }
}

/** Returns the log fields that identify the client. */
export function describe(client: ConnectedClient): Record<string, unknown> {
  const { connection, id } = client;
  return { client: id?.slice(0, 128), user: connection?.rights?.user, address: connection?.origin.address };
}
