import { uplinkKeepaliveS } from '../../shared/contract/uplink-keepalive.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { TwinGateways } from '../ports/contacts/contacts.ts';
import type { Connection } from './connection.ts';

/** After this time, everything that a dead gateway had in transit has arrived. */
const graceMs = 30_000;
/** After this time, the connection of a dead gateway has been closed, so one that is still there belongs to a live one. */
const aliveMs = uplinkKeepaliveS * 2_000;
const repeatLogMs = 600_000;
/** One of two that is gone for less than this may have been started again, and still judges what it has told. */
const backMsMax = 600_000;

interface Known {
  connectedMs: number;
  hasSent: boolean;
  /** Checks whether another gateway of this name has stayed connected too; null if there was none to check for. */
  check: Timer | null;
}

export interface DuplicateGatewaysDeps {
  clock: Clock;
  log: Log;
  /** Called for each batch of a gateway while another gateway sends under the same name. */
  onDuplicateBatch(): void;
  /** Called when of several gateways of a name one is left: what the others have told, nobody ends. */
  onAlone(gateway: string): void;
  /** Called with the number of names under which two gateways have stayed connected, whenever it changes. */
  onNames(count: number): void;
}

/**
 * Detects two gateways that run under one name, whether they send or are idle. A restarted gateway has two connections
 * too, but its older one brings no more batches and is closed when its keep-alive is over. Duplicates lose nothing,
 * because each has a journal of its own, but their readings are stored under one name.
 */
export class DuplicateGateways {
  private readonly gateways = new Map<string, Map<Connection, Known>>();
  /** The names under which two gateways have stayed connected, and since when that is known: wall-clock time. */
  private readonly names = new Map<string, number>();
  /** When a gateway's duplicates were last logged, in monotonic ms. */
  private readonly loggedMs = new Map<string, number>();
  /** The names of which one of two is gone, and may come back. */
  private readonly left = new Map<string, Timer>();
  private readonly deps: DuplicateGatewaysDeps;

  constructor(deps: DuplicateGatewaysDeps) {
    this.deps = deps;
  }

  /** The names under which two gateways are connected. */
  twins(): TwinGateways[] {
    return [...this.names].map(([gateway, sinceMs]) => {
      const byInstance = new Map(
        [...(this.gateways.get(gateway)?.keys() ?? [])].map(({ instance, address }) => [instance, address]),
      );
      return { gateway, sinceMs, addresses: [...byInstance.values()] };
    });
  }

  /** True while two are connected under this name, if only for a moment, or one of two is gone and may come back. */
  isShared(gateway: string): boolean {
    return this.instancesOf(gateway) > 1 || this.left.has(gateway);
  }

  stop(): void {
    for (const timer of this.left.values()) timer.cancel();
    this.left.clear();
  }

  connected(connection: Connection): void {
    const all = this.gateways.get(connection.gateway) ?? new Map<Connection, Known>();
    this.gateways.set(connection.gateway, all);
    const own: Known = { connectedMs: this.deps.clock.monotonicMs(), hasSent: false, check: null };
    const isAlone = [...all.keys()].every(({ instance }) => instance === connection.instance);
    all.set(connection, own);
    if (!isAlone) this.checkAfter(aliveMs, connection, own);
  }

  disconnected(connection: Connection): void {
    const { gateway } = connection;
    const all = this.gateways.get(gateway);
    if (!all) return;
    const before = this.instancesOf(gateway);
    all.get(connection)?.check?.cancel();
    all.delete(connection);
    if (all.size === 0) this.gateways.delete(gateway);
    if (this.instancesOf(gateway) > 1) return;
    const isTwin = this.names.delete(gateway);
    if (before > 1 && isTwin) this.waitForOther(gateway);
    else if (before > 1) this.deps.onAlone(gateway);
    if (!isTwin) return;
    this.deps.onNames(this.names.size);
    this.loggedMs.delete(gateway);
    this.deps.log.info({ gateway }, `no two gateways are connected as '${gateway}' any more`);
  }

  /** Call it for each batch that arrives over the connection. */
  batchReceived(connection: Connection): void {
    const all = this.gateways.get(connection.gateway);
    const own = all?.get(connection);
    if (!all || !own) return;
    own.hasSent = true;
    if (all.size < 2) return;
    const nowMs = this.deps.clock.monotonicMs();
    for (const [other, known] of all) {
      if (other.instance === connection.instance) continue;
      const isLater = known.connectedMs > own.connectedMs && nowMs - known.connectedMs >= graceMs;
      if (!isLater || !known.hasSent) continue;
      this.deps.onDuplicateBatch();
      return this.report(connection, other, 'send');
    }
  }

  private waitForOther(gateway: string): void {
    this.left.get(gateway)?.cancel();
    const isBack = () => this.instancesOf(gateway) > 1;
    const timer = this.deps.clock.setTimer(backMsMax, () => {
      this.left.delete(gateway);
      if (!isBack()) this.deps.onAlone(gateway);
    });
    this.left.set(gateway, timer);
  }

  private instancesOf(gateway: string): number {
    return new Set([...(this.gateways.get(gateway)?.keys() ?? [])].map(({ instance }) => instance)).size;
  }

  private checkAfter(delayMs: number, connection: Connection, own: Known): void {
    own.check = this.deps.clock.setTimer(delayMs, () => {
      const nowMs = this.deps.clock.monotonicMs();
      for (const [other, known] of this.gateways.get(connection.gateway) ?? []) {
        if (other.instance === connection.instance || nowMs - known.connectedMs < aliveMs) continue;
        if (!this.names.has(connection.gateway)) this.names.set(connection.gateway, this.deps.clock.nowMs());
        this.deps.onNames(this.names.size);
        this.report(connection, other, 'are connected');
        return this.checkAfter(repeatLogMs, connection, own);
      }
    });
  }

  private report({ gateway, address }: Connection, other: Connection, verb: string): void {
    const nowMs = this.deps.clock.monotonicMs();
    if (nowMs - (this.loggedMs.get(gateway) ?? Number.NEGATIVE_INFINITY) < repeatLogMs) return;
    this.loggedMs.set(gateway, nowMs);
    this.deps.log.error(
      { gateway, addresses: [address, other.address] },
      `two gateways ${verb} as '${gateway}': give one of them a name of its own (gateway = … in its configuration, and ` +
        'credentials for it here); nothing is lost, but the readings of both are stored under one name',
    );
  }
}
