import type { Clock } from '../shared/runtime/clock.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import { followGateway, followMachine } from './fleet/renamed.ts';
import type { StoredOperations } from './operations/operations.ts';
import type { GatewayContacts } from './ports/contacts/contacts.ts';
import type { FleetAdmin, FleetFigures } from './ports/fleet/fleet.ts';
import type {
  Decommissioning,
  EraseOutcome,
  GatewaySummary,
  MachineName,
  MachineSpan,
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
  contacts: Pick<GatewayContacts, 'of'>;
  fleet: Pick<FleetAdmin, 'wanted' | 'set' | 'remove'> & FleetFigures;
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
    const { operations, configured, contacts, fleet } = this.deps;
    const summaries = new Map<string, GatewaySummary>();
    const summaryOf = (gateway: string) => {
      const known = summaries.get(gateway);
      if (known) return known;
      const isConfigured = configured.includes(gateway);
      const counts = { machines: 0, retiredMachines: 0, openAlerts: 0 };
      const {
        state = 'unknown' as const,
        isConnected = false,
        silentSinceMs = null,
      } = contacts.of(gateway) ?? {};
      const contact = { isConnected, contact: state, silentSinceMs } as const;
      const about = { gateway, isConfigured, figures: fleet.figuresOf(gateway) };
      const summary: GatewaySummary = { ...about, ...counts, lastSeenMs: null, ...contact };
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

  async rename(from: MachineName, to: MachineName): Promise<RetireOutcome> {
    const { operations, fleet } = this.deps;
    const outcome = await operations.retirement.rename([[from, to]]);
    const { warnings = [] } = outcome;
    const isName = ({ site, machine }: MachineName) => site === from.site && machine === from.machine;
    const isLeft = warnings.length === 0 && !operations.machines.all().some(isName);
    return withWarnings(outcome, await followMachine(fleet, [from, to], isLeft));
  }

  async erase(names: readonly MachineName[]): Promise<EraseOutcome> {
    for (const name of names) this.checkNotRenamed(name);
    return this.eraseAll(names.flatMap((name) => this.spansOf(name)));
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
    const outcome = await this.deps.operations.retirement.rename(pairs, from);
    return withWarnings(outcome, await followGateway(this.deps.fleet, from, to));
  }

  async eraseGateway(gateway: string): Promise<EraseOutcome> {
    this.check(gateway);
    const retired = this.retired.all().filter(({ state, isBack, why }) => {
      return state.gateway === gateway && !isBack && why !== 'deleted';
    });
    const others = retired.filter(({ into }) => !into || into.gateway === gateway);
    const names = [...this.machinesOf(gateway), ...others.map(({ state }) => nameOf(state))];
    const spans = new Map(
      names.flatMap((name) => this.spansOf(name)).map((span) => [JSON.stringify(span), span]),
    );
    return this.eraseAll([...spans.values()], gateway);
  }

  /** Retires first: a machine whose deletion was interrupted is not listed, and can be deleted again. */
  private async eraseAll(spans: readonly MachineSpan[], gateway?: string): Promise<EraseOutcome> {
    const { operations, store, clock } = this.deps;
    // A machine that is back under its former name stays listed.
    const names = spans.filter(({ untilMs }) => untilMs === undefined);
    const outcome = await operations.retirement.retire(names, gateway);
    const timeout = new AbortController();
    const timer = clock.setTimer(timeMsMax, () => timeout.abort());
    let stored: number | null = 0;
    try {
      const erased: MachineSpan[] = [];
      for (const span of spans) {
        if (timeout.signal.aborted) break;
        const { rows, isComplete } = await store.deleteMachine(span, timeout.signal);
        stored = rows === null || stored === null ? null : stored + rows;
        if (isComplete) erased.push(span);
      }
      const events = await operations.retirement.erase(erased);
      return { ...outcome, stored, events, isComplete: erased.length === spans.length };
    } finally {
      timer.cancel();
    }
  }

  /**
   * Spans that are a machine's own: under its own name what was observed since another machine of this name was renamed, and
   * under its former names what was observed until they were another machine's.
   */
  private spansOf(name: MachineName): MachineSpan[] {
    const afterMs = this.retired.ownSinceMs(name);
    const former = this.retired.formerNames(name).map(({ machineType: _, untilMs, ...span }) => {
      const row = this.retired.get(span);
      return row?.into && !row.isBack && untilMs === row.atMs ? span : { ...span, untilMs };
    });
    return [afterMs === null ? name : { ...name, afterMs }, ...former];
  }

  private checkNotRenamed({ gateway, site, machine }: MachineName): void {
    const row = this.retired.get({ gateway, site, machine });
    if (!row?.into || row.isBack) return;
    const { into } = row;
    throw new HarbingerError(
      'MACHINE_RENAMED',
      'api',
      `${site}/${machine} of gateway '${gateway}' was renamed, and what is stored of it is the history of ` +
        `${into.site}/${into.machine} of gateway '${into.gateway}': delete that one`,
    );
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

function withWarnings(outcome: RetireOutcome, more: readonly string[]): RetireOutcome {
  return more.length === 0 ? outcome : { ...outcome, warnings: [...(outcome.warnings ?? []), ...more] };
}

function nameOf({ gateway, site, machine }: MachineName): MachineName {
  return { gateway, site, machine };
}
