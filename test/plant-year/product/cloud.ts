import { Registry } from 'prom-client';
import { createAlertRules } from '../../../cloud/alerts/alerts.ts';
import { AlertsConfig } from '../../../cloud/alerts/config.ts';
import { NotificationRunner } from '../../../cloud/alerts/notification-runner.ts';
import { attemptStatistics } from '../../../cloud/alerts/statistics.ts';
import { OperationsConfig } from '../../../cloud/operations/config.ts';
import { StoredOperations } from '../../../cloud/operations/operations.ts';
import type { MachineState } from '../../../cloud/ports/machines.ts';
import { estimateState } from '../../../cloud/sink/estimates.ts';
import { checkEvent, type HarbingerEvent } from '../../../shared/contract/events.ts';
import type { Notification, Notifier } from '../../../shared/notifiers/notifier.ts';
import { countedMetrics } from '../../../shared/parts/metrics.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { PlantGateway } from './gateway.ts';
import { Life } from './life.ts';
import { memoryStore } from './memory-store.ts';

/** Loops of the cloud look every few seconds for what may be due; here once a minute, which decides nothing. */
const slackMs = 60_000;
const journal = '00000000000000aa';

const operationsConfig = compileValidator(OperationsConfig)({}, (problem) => new Error(problem));
const alertsConfig = compileValidator(AlertsConfig)(
  { webhook: [{ name: 'shift', url: 'http://127.0.0.1/' }] },
  (problem) => new Error(problem),
);

/** The cloud with its database, which outlives its restarts, and one notifier that hears of every change. */
export class PlantCloud {
  private readonly world: Clock;
  private readonly told: (notification: Notification) => void;
  private readonly store = memoryStore();
  private readonly seqs = new Map<string, number>();
  private running: { life: Life; operations: StoredOperations; runner: NotificationRunner } | null = null;

  constructor(world: Clock, told: (notification: Notification) => void) {
    this.world = world;
    this.told = told;
  }

  get isUp(): boolean {
    return this.running !== null;
  }

  start(): void {
    const life = new Life(this.world, slackMs);
    const base = { clock: life.clock, log: silentLog };
    const failed = (error: Error) => {
      throw error;
    };
    const operations = new StoredOperations(this.store, operationsConfig, {
      ...base,
      dataDir: '',
      rules: createAlertRules(alertsConfig),
      failed,
    });
    const [{ config }] = alertsConfig.webhook.map((config) => ({ config })) as [{ config: never }];
    const policy = { ...(config as object), notifier: this.notifier() } as ConstructorParameters<
      typeof NotificationRunner
    >[0][number];
    const { harbinger_notifications_total } = countedMetrics(new Registry(), attemptStatistics);
    const runner = new NotificationRunner([policy], {
      ...base,
      queue: operations.notifications,
      random: seededRandom(2),
      notifications: harbinger_notifications_total,
    });
    runner.start();
    this.running = { life, operations, runner };
  }

  async stop(how: 'stopped' | 'killed'): Promise<void> {
    if (!this.running) return;
    const { life, runner, operations } = this.running;
    this.running = null;
    if (how === 'killed') life.end();
    await runner.stop();
    await operations.close();
    life.end();
  }

  /** Takes what a gateway has to send. The lines of readings are not made here: of them only the newest time counts. */
  async take(gateway: PlantGateway): Promise<void> {
    if (!this.running) return;
    const { operations } = this.running;
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
  get state(): StoredOperations | null {
    return this.running?.operations ?? null;
  }

  private notifier(): Notifier {
    return {
      name: 'shift',
      notify: async (notification) => this.told(notification),
      stop: async () => undefined,
    };
  }
}

/** As the cloud reads it from the batch. */
function asReceived(event: HarbingerEvent): HarbingerEvent {
  return checkEvent(JSON.parse(JSON.stringify(event)));
}
