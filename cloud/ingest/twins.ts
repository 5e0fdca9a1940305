import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Connection } from './connection.ts';

/** What a gateway that has died may still have on the way is here by then. */
const graceMs = 30_000;
const sayAgainMs = 600_000;

interface Known {
  connectedMs: number;
  hasSent: boolean;
}

/**
 * Tells two gateways of one name from one gateway that was started again: of the latter the older connection is dead, and
 * brings nothing more. Nothing is lost by it, each has a journal of its own; but their readings are mixed under one name.
 */
export class Twins {
  private readonly gateways = new Map<string, Map<Connection, Known>>();
  /** When it was said of a gateway. */
  private readonly said = new Map<string, number>();
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly count: () => void;

  constructor(deps: { clock: Clock; log: Log; count: () => void }) {
    this.clock = deps.clock;
    this.log = deps.log;
    this.count = deps.count;
  }

  connected(connection: Connection): void {
    const known = this.gateways.get(connection.gateway) ?? new Map<Connection, Known>();
    this.gateways.set(connection.gateway, known);
    known.set(connection, { connectedMs: this.clock.monotonicMs(), hasSent: false });
  }

  gone(connection: Connection): void {
    const known = this.gateways.get(connection.gateway);
    known?.delete(connection);
    if (known?.size === 0) this.gateways.delete(connection.gateway);
  }

  /** A batch has come over this connection. */
  sent(connection: Connection): void {
    const all = this.gateways.get(connection.gateway);
    const own = all?.get(connection);
    if (!all || !own) return;
    own.hasSent = true;
    if (all.size < 2) return;
    const nowMs = this.clock.monotonicMs();
    for (const [other, known] of all) {
      if (other.instance === connection.instance) continue;
      const isLater = known.connectedMs > own.connectedMs && nowMs - known.connectedMs >= graceMs;
      if (isLater && known.hasSent) return this.found(connection, other, nowMs);
    }
  }

  private found({ gateway, address }: Connection, other: Connection, nowMs: number): void {
    this.count();
    if (nowMs - (this.said.get(gateway) ?? Number.NEGATIVE_INFINITY) < sayAgainMs) return;
    this.said.set(gateway, nowMs);
    this.log.error(
      { gateway, addresses: [address, other.address] },
      `two gateways send as '${gateway}': give one of them a name of its own (gateway = … in its configuration, and ` +
        'credentials for it here); nothing is lost, but what they hear is stored under one name',
    );
  }
}
