import type { Clock } from '../shared/runtime/clock.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import type { StoredOperations } from './operations/operations.ts';
import type {
  Decommissioning,
  EraseOutcome,
  GatewaySummary,
  MachineName,
  RetiredMachines,
  RetireOutcome,
} from './ports/retired/retired.ts';
import type { ReadingStore } from './ports/store.ts';

/** Shorter than the time for which HTTP clients wait. A further request goes on. */
const timeMsMax = 40_000;

export interface DecommissioningDeps {
  operations: StoredOperations;
  store: ReadingStore;
  /** Gateways that may connect. */
  configured: readonly string[];
  clock: Clock;
}

/** Takes machines and gateways out of the cloud's lists, and deletes what the store has of them. */
export class CloudDecommissioning implements Decommissioning {
  readonly retired: RetiredMachines;
  private readonly deps: DecommissioningDeps;

  constructor(deps: DecommissioningDeps) {
    this.deps = deps;
    this.retired = deps.operations.retired;
  }

  gateways(): GatewaySummary[] {
    const { operations, configured } = this.deps;
    const summaries = new Map<string, GatewaySummary>();
    const summaryOf = (gateway: string) => {
      const known = summaries.get(gateway);
      if (known) return known;
      const isConfigured = configured.includes(gateway);
      const counts = { machines: 0, retiredMachines: 0, openAlerts: 0 };
      const summary: GatewaySummary = { gateway, isConfigured, ...counts, lastSeenMs: null };
      summaries.set(gateway, summary);
      return summary;
    };
    const seen = (summary: GatewaySummary, ms: number) => {
      summary.lastSeenMs = Math.max(summary.lastSeenMs ?? 0, ms);
    };
    for (const gateway of configured) summaryOf(gateway);
    for (const [gateway, ms] of operations.latestBatchMs()) seen(summaryOf(gateway), ms);
    for (const { gateway, lastSeenMs, openAlerts } of operations.machines.all()) {
      const summary = summaryOf(gateway);
      summary.machines++;
      summary.openAlerts += openAlerts;
      seen(summary, lastSeenMs);
    }
    for (const { state, isBack } of this.retired.all())
      if (!isBack) summaryOf(state.gateway).retiredMachines++;
    return [...summaries.values()].sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
  }

  retire(names: readonly MachineName[]): Promise<RetireOutcome> {
    return this.deps.operations.retirement.retire(names);
  }

  rename(from: MachineName, to: MachineName): Promise<RetireOutcome> {
    return this.deps.operations.retirement.rename([[from, to]]);
  }

  erase(names: readonly MachineName[]): Promise<EraseOutcome> {
    return this.eraseAll(names.flatMap((name) => [name, ...this.earlierOf(name)]));
  }

  async retireGateway(gateway: string): Promise<RetireOutcome> {
    this.check(gateway);
    return this.deps.operations.retirement.retire(this.machinesOf(gateway), gateway);
  }

  async renameGateway(from: string, to: string): Promise<RetireOutcome> {
    this.check(from);
    if (from === to)
      throw new HarbingerError('RENAME_REFUSED', 'api', `the gateway has the name '${to}' already`);
    const pairs = this.machinesOf(from).map((name) => [name, { ...name, gateway: to }] as const);
    return this.deps.operations.retirement.rename(pairs, from);
  }

  async eraseGateway(gateway: string): Promise<EraseOutcome> {
    this.check(gateway);
    const retired = this.retired.all().filter(({ state, isBack, why }) => {
      return state.gateway === gateway && !isBack && why !== 'deleted';
    });
    const names = [...this.machinesOf(gateway), ...retired.map(({ state }) => nameOf(state))];
    return this.eraseAll(names, gateway);
  }

  /** Retires first: a machine whose deletion was interrupted is not listed, and can be deleted again. */
  private async eraseAll(names: readonly MachineName[], gateway?: string): Promise<EraseOutcome> {
    const { operations, store, clock } = this.deps;
    const outcome = await operations.retirement.retire(names, gateway);
    const timeout = new AbortController();
    const timer = clock.setTimer(timeMsMax, () => timeout.abort());
    let stored: number | null = 0;
    try {
      const erased: MachineName[] = [];
      for (const name of names) {
        if (timeout.signal.aborted) break;
        const { rows, isComplete } = await store.deleteMachine(name, timeout.signal);
        stored = rows === null || stored === null ? null : stored + rows;
        if (isComplete) erased.push(name);
      }
      const events = await operations.retirement.erase(erased);
      return { ...outcome, stored, events, isComplete: erased.length === names.length };
    } finally {
      timer.cancel();
    }
  }

  private earlierOf(name: MachineName): MachineName[] {
    return this.retired
      .formerNames(name)
      .map(nameOf)
      .filter((former) => this.retired.get(former)?.isBack === false);
  }

  private machinesOf(gateway: string): MachineName[] {
    return this.deps.operations.machines
      .all()
      .filter((state) => state.gateway === gateway)
      .map(nameOf);
  }

  private check(gateway: string): void {
    if (this.gateways().some((each) => each.gateway === gateway)) return;
    throw new HarbingerError(
      'GATEWAY_UNKNOWN',
      'api',
      `no gateway '${gateway}' is known; see \`harbinger gateways list\``,
    );
  }
}

function nameOf({ gateway, site, machine }: MachineName): MachineName {
  return { gateway, site, machine };
}
