import { Registry } from 'prom-client';
import { createAlertRules } from '../../../cloud/alerts/alerts.ts';
import { cloudConditions } from '../../../cloud/conditions/conditions.ts';
import { CloudConfig } from '../../../cloud/config.ts';
import { Contacts } from '../../../cloud/contacts/contacts.ts';
import { StoredOperations } from '../../../cloud/operations/operations.ts';
import type { GatewayContacts } from '../../../cloud/ports/contacts/contacts.ts';
import type { MachineState } from '../../../cloud/ports/machines.ts';
import { createWatching, type WatchingDeps } from '../../../cloud/watching.ts';
import { checkEvent, type HarbingerEvent } from '../../../shared/contract/events.ts';
import { estimateState } from '../../../shared/machine-state/estimate-line.ts';
import { notifiersIn } from '../../../shared/notifications/config.ts';
import {
  NotificationRunner,
  type NotificationRunnerDeps,
} from '../../../shared/notifications/notification-runner.ts';
import { attemptStatistics } from '../../../shared/notifications/statistics.ts';
import type { Notification, Notifier } from '../../../shared/notifiers/notifier.ts';
import { countedMetrics } from '../../../shared/parts/metrics.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { gatewayNames } from '../plant/machines.ts';
import type { PlantGateway } from './gateway.ts';
import { Life } from './life.ts';
import { memoryStore } from './memory-store.ts';

/** Loops of the cloud look every few seconds for what may be due; here once a minute, which decides nothing. */
const slackMs = 60_000;
const journal = '00000000000000aa';

/** Conditions that are about gateways; those of disks, certificates and clocks have nothing to find here. */
const off = cloudConditions.map(({ name }) => name).filter((name) => !name.startsWith('gateway'));
const config = compileValidator(CloudConfig)(
  {
    gateways: gatewayNames.map((id) => ({ id, password: 'not-asked-for-here' })),
    alerts: { webhook: [{ name: 'shift', url: 'http://127.0.0.1/' }] },
    conditions: { off },
  },
  (problem) => new Error(problem),
);

/** The part of the cloud that its API reads. */
export interface CloudState {
  operations: StoredOperations;
  contacts: GatewayContacts;
}

interface Running {
  life: Life;
  operations: StoredOperations;
  contacts: Contacts;
  runner: NotificationRunner;
  watching: { stop(): Promise<void> };
  /** Gateways that are connected. */
  linked: Set<string>;
}

/** The cloud with its database, which outlives its restarts, and one notifier that hears of every change. */
export class PlantCloud {
  private readonly world: Clock;
  private readonly told: (notification: Notification) => void;
  private readonly store = memoryStore();
  private readonly seqs = new Map<string, number>();
  private running: Running | null = null;

  constructor(world: Clock, told: (notification: Notification) => void) {
    this.world = world;
    this.told = told;
  }

  get isUp(): boolean {
    return this.running !== null;
  }

  async start(): Promise<void> {
    const life = new Life(this.world, slackMs);
    const random = seededRandom(2);
    const base = { clock: life.clock, log: silentLog };
    const failed = (error: Error) => {
      throw error;
    };
    const rules = createAlertRules(config.alerts);
    const operations = new StoredOperations(this.store, config.operations, {
      ...base,
      dataDir: '',
      rules,
      failed,
    });
    const runner = this.runnerOf(operations, base, random);
    runner.start();
    const contacts = new Contacts({
      ...base,
      configured: config.gateways.map(({ id }) => id),
      latestBatchMs: operations.latestBatchMs(),
      store: operations.contacts,
      silentAfterMs: config.conditions.gatewaySilentS * 1_000,
    });
    operations.gatewayBackMs = (gateway) => contacts.of(gateway)?.backSinceMs ?? null;
    contacts.start();
    const watching = createWatching({
      ...base,
      config,
      operations,
      contacts,
      random,
      dataDir: '',
      configTrouble: { problem: null },
      space: { space: null } as WatchingDeps['space'],
      store: { kind: 'memory', healthy: () => true },
      twins: () => [],
      notifiers: () => runner.health(),
      retention: () => null,
      proposals: () => [],
    });
    await watching.start();
    this.running = { life, operations, contacts, runner, watching, linked: new Set() };
  }

  async stop(how: 'stopped' | 'killed'): Promise<void> {
    if (!this.running) return;
    const { life, runner, operations, contacts, watching } = this.running;
    this.running = null;
    if (how === 'killed') life.end();
    await watching.stop();
    await runner.stop();
    if (how === 'stopped') await contacts.stop();
    await operations.close();
    life.end();
  }

  /** Says once a minute whether a gateway is connected, and why it is not. */
  link(gateway: string, state: 'connected' | 'lost' | 'stopped'): void {
    if (!this.running) return;
    const { contacts, linked } = this.running;
    if (state === 'connected') {
      if (!linked.has(gateway)) contacts.connected(gateway);
      linked.add(gateway);
      contacts.heard(gateway);
    } else if (linked.delete(gateway)) {
      if (state === 'stopped') contacts.stopped(gateway);
      contacts.disconnected(gateway);
    }
  }

  /** Takes what a gateway has to send. The lines of readings are not made here: of them only the newest time counts. */
  async take(gateway: PlantGateway): Promise<void> {
    if (!this.running) return;
    const { operations, contacts } = this.running;
    contacts.sent(gateway.name);
    const events = gateway.events.splice(0).map(asReceived);
    if (events.length > 0) await operations.events.apply(gateway.name, events);
    const machines: Partial<MachineState>[] = [];
    for (const [machine, lastSeenMs] of gateway.heardMs)
      machines.push({
        site: machine.site,
        machine: machine.name,
        machineType: machine.type.name,
        lastSeenMs,
      });
    for (const line of gateway.estimates.values()) {
      const state = estimateState(line);
      if (state) machines.push(state);
    }
    gateway.heardMs.clear();
    gateway.estimates.clear();
    if (machines.length === 0) return;
    const seq = (this.seqs.get(gateway.name) ?? 0) + 1;
    this.seqs.set(gateway.name, seq);
    const batch = { gateway: gateway.name, journal, lane: 'readings', firstSeq: seq, lastSeq: seq } as const;
    await operations.watermarks.advance({ ...batch, machines });
  }

  /** The state that the API would answer from; null while the cloud is down. */
  get state(): CloudState | null {
    return this.running;
  }

  private runnerOf(
    operations: StoredOperations,
    base: Pick<NotificationRunnerDeps, 'clock' | 'log'>,
    random: Random,
  ): NotificationRunner {
    const policies = notifiersIn(config.alerts).map((configured) => ({
      ...configured.config,
      notifier: this.notifier(configured.config.name),
    }));
    const { harbinger_notifications_total } = countedMetrics(new Registry(), attemptStatistics);
    return new NotificationRunner(policies, {
      ...base,
      queue: operations.notifications,
      random,
      notifications: harbinger_notifications_total,
    });
  }

  private notifier(name: string): Notifier {
    return {
      name,
      notify: async (notification) => this.told(notification),
      stop: async () => undefined,
    };
  }
}

/** As the cloud reads it from the batch. */
function asReceived(event: HarbingerEvent): HarbingerEvent {
  return checkEvent(JSON.parse(JSON.stringify(event)));
}
