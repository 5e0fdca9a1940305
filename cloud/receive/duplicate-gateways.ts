import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Connection } from './connection.ts';

/** After this time, everything that a dead gateway had in transit has arrived. */
const graceMs = 30_000;
const repeatLogMs = 600_000;

interface Known {
  connectedMs: number;
  hasSent: boolean;
}

/**
 * Detects two gateways that run under one name. A restarted gateway has two connections too, but its older one brings
 * no more batches. Duplicates lose nothing, because each has a journal of its own, but their readings are stored under
 * one name.
 */
export class DuplicateGateways {
  private readonly gateways = new Map<string, Map<Connection, Known>>();
  /** When a gateway's duplicates were last logged, in monotonic ms. */
  private readonly loggedMs = new Map<string, number>();
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly onDuplicateBatch: () => void;

  /** `onDuplicateBatch` is called for each batch of a gateway while another gateway sends under the same name. */
  constructor(deps: { clock: Clock; log: Log; onDuplicateBatch: () => void }) {
    this.clock = deps.clock;
    this.log = deps.log;
    this.onDuplicateBatch = deps.onDuplicateBatch;
  }

  connected(connection: Connection): void {
    const known = this.gateways.get(connection.gateway) ?? new Map<Connection, Known>();
    this.gateways.set(connection.gateway, known);
    known.set(connection, { connectedMs: this.clock.monotonicMs(), hasSent: false });
  }

  disconnected(connection: Connection): void {
    const known = this.gateways.get(connection.gateway);
    known?.delete(connection);
    if (known?.size === 0) this.gateways.delete(connection.gateway);
  }

  /** Call it for each batch that arrives over the connection. */
  batchReceived(connection: Connection): void {
    const all = this.gateways.get(connection.gateway);
    const own = all?.get(connection);
    if (!all || !own) return;
    own.hasSent = true;
    if (all.size < 2) return;
    const nowMs = this.clock.monotonicMs();
    for (const [other, known] of all) {
      if (other.instance === connection.instance) continue;
      const isLater = known.connectedMs > own.connectedMs && nowMs - known.connectedMs >= graceMs;
      if (isLater && known.hasSent) return this.report(connection, other, nowMs);
    }
  }

  private report({ gateway, address }: Connection, other: Connection, nowMs: number): void {
    this.onDuplicateBatch();
    if (nowMs - (this.loggedMs.get(gateway) ?? Number.NEGATIVE_INFINITY) < repeatLogMs) return;
    this.loggedMs.set(gateway, nowMs);
    this.log.error(
      { gateway, addresses: [address, other.address] },
      `two gateways send as '${gateway}': give one of them a name of its own (gateway = … in its configuration, and ` +
        'credentials for it here); nothing is lost, but the readings of both are stored under one name',
    );
  }
}
