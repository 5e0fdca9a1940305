/** A cloud: the real sink, operations, alerts, notifications, contacts, fleet and way down. */
import type { Client } from 'aedes';
import { Registry } from 'prom-client';
import { createAlertRules } from '../../../../cloud/alerts/alerts.ts';
import { viewsOf } from '../../../../cloud/api/machine-view.ts';
import { CloudConfig } from '../../../../cloud/config.ts';
import { Contacts } from '../../../../cloud/contacts/contacts.ts';
import { Fleet } from '../../../../cloud/fleet/fleet.ts';
import { fleetKinds } from '../../../../cloud/fleet/kinds/kinds.ts';
import { DirectLog } from '../../../../cloud/log/direct.ts';
import { StoredOperations } from '../../../../cloud/operations/operations.ts';
import type { Sender } from '../../../../cloud/ports/log.ts';
import type { Connection } from '../../../../cloud/receive/connection.ts';
import { Downlink } from '../../../../cloud/receive/downlink.ts';
import { DuplicateGateways } from '../../../../cloud/receive/duplicate-gateways.ts';
import { openFrame } from '../../../../cloud/receive/open-frame.ts';
import { createSinkMetrics } from '../../../../cloud/sink/metrics.ts';
import { Sink } from '../../../../cloud/sink/sink.ts';
import { isBatchRefusal } from '../../../../shared/contract/batch-refusal.ts';
import type { Lane } from '../../../../shared/contract/lanes.ts';
import { desiredTopic, endedTopic, greetingTopic } from '../../../../shared/contract/topics.ts';
import { notifiersIn } from '../../../../shared/notifications/config.ts';
import { NotificationRunner } from '../../../../shared/notifications/notification-runner.ts';
import { attemptStatistics } from '../../../../shared/notifications/statistics.ts';
import type { Notification } from '../../../../shared/notifiers/notifier.ts';
import { countedMetrics } from '../../../../shared/parts/metrics.ts';
import { unlimited } from '../../../../shared/runtime/budget.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import { memoryStore } from '../../../plant-year/product/memory-store.ts';
import type { Answers } from '../../cloud/cloud.ts';
import { SimulatedStore } from '../../cloud/store.ts';
import type { Ledger } from '../../world/ledger.ts';
import type { Process, World } from '../../world/world.ts';
import { slack } from './slack.ts';
import { fan } from './types.ts';

const storeWaitMsMax = 10_000;
const metrics = createSinkMetrics(new Registry());
const { harbinger_notifications_total: notifications } = countedMetrics(new Registry(), attemptStatistics);
/** The name of every gateway; a second one of that name is a twin. */
export const gatewayName = 'north';

const config = compileValidator(CloudConfig)(
  {
    gateways: [{ id: gatewayName, password: 'not-asked-for-here' }],
    alerts: { webhook: [{ name: 'shift', url: 'http://127.0.0.1/' }] },
  },
  (problem) => new Error(problem),
);

/** A connection of a gateway, as the cloud's parts know it. */
export interface GatewayLink extends Sender {
  readonly gateway: string;
  readonly instance: string;
  readonly client: Client;
  /** Closes it without an answer to what is under way. */
  end(): void;
}

interface Life {
  process: Process;
  operations: StoredOperations;
  contacts: Contacts;
  duplicates: DuplicateGateways;
  downlink: Downlink;
  log: DirectLog;
  fleet: Fleet;
  runner: NotificationRunner;
}

/** The cloud with its database and its store, which outlive its processes, and one notifier that hears of every change. */
export class TellingCloud {
  readonly store: SimulatedStore;
  private readonly world: World;
  private readonly told: (notification: Notification) => void;
  private readonly database = memoryStore();
  private readonly links = new Set<GatewayLink>();
  private life: Life | null = null;
  private starts = 0;

  constructor(world: World, ledger: Ledger, told: (notification: Notification) => void) {
    this.world = world;
    this.told = told;
    // Readings are compared one by one; blocks of twins may be stored in any order.
    this.store = new SimulatedStore(world, ledger, () => ({ mayLoseIdentities: true, hasSetAside: true }));
  }

  get isUp(): boolean {
    return this.life !== null;
  }

  get state(): Pick<Life, 'operations' | 'contacts' | 'fleet' | 'process'> | null {
    return this.life;
  }

  start(): void {
    if (this.life) return;
    const { world } = this;
    const process = slack(world.process('cloud'));
    const { clock } = process;
    const base = { clock, log: silentLog };
    const random = world.random(`cloud ${++this.starts}`);
    const operations = new StoredOperations(this.database, config.operations, {
      ...base,
      dataDir: '',
      rules: createAlertRules(config.alerts),
      failed: (error) => {
        throw error;
      },
    });
    const contacts = new Contacts({
      ...base,
      configured: [gatewayName],
      latestBatchMs: operations.latestBatchMs(),
      store: operations.contacts,
      silentAfterMs: config.conditions.gatewaySilentS * 1_000,
    });
    const fleet = new Fleet({
      ...{ ...base, random, contacts, store: operations.fleet, kinds: fleetKinds, gateways: [gatewayName] },
    });
    const downlink = new Downlink({ ...base, endings: operations.endings, fleet });
    const duplicates = new DuplicateGateways({
      ...{ ...base, onDuplicateBatch: () => undefined, onNames: () => undefined },
      onAlone: (gateway) => downlink.askOpen(gateway),
    });
    operations.gatewayBackMs = (gateway) => contacts.of(gateway)?.backSinceMs ?? null;
    operations.hasTwin = (gateway) => duplicates.isShared(gateway);
    const { watermarks, events, quarantine } = operations;
    const sink = new Sink({
      ...{ ...base, random, watermarks, events, quarantine, metrics, limited: unlimited },
      store: this.store.open(process),
      waitMsMax: storeWaitMsMax,
    });
    const policies = notifiersIn(config.alerts).map((configured) => ({
      ...configured.config,
      notifier: {
        name: configured.config.name,
        notify: async (notification: Notification) => {
          await process.pause(5);
          this.told(notification);
          await process.pause(5);
        },
        stop: async () => undefined,
      },
    }));
    const runner = new NotificationRunner(policies, {
      ...{ ...base, random, queue: operations.notifications, notifications },
    });
    this.life = {
      ...{ process, operations, contacts, duplicates, downlink, fleet, runner },
      log: new DirectLog(sink),
    };
    runner.start();
    contacts.start();
    void fleet.start();
    world.note('cloud starts');
  }

  kill(): void {
    const { life } = this;
    if (!life) return;
    this.world.note('cloud is killed');
    this.life = null;
    life.process.kill();
    for (const link of [...this.links]) link.end();
  }

  connected(link: GatewayLink): void {
    const { life } = this;
    if (!life) return link.end();
    this.links.add(link);
    life.duplicates.connected(link as unknown as Connection);
    life.contacts.connected(link.gateway);
    const topics = [greetingTopic, endedTopic, desiredTopic].map((topicOf) => topicOf(link.gateway));
    life.downlink.subscribed(link.gateway, link.client, topics);
  }

  disconnected(link: GatewayLink): void {
    if (!this.links.delete(link) || !this.life) return;
    const { duplicates, downlink, contacts } = this.life;
    duplicates.disconnected(link as unknown as Connection);
    downlink.disconnected(link.client);
    contacts.disconnected(link.gateway);
  }

  stopped(link: GatewayLink): void {
    this.life?.contacts.stopped(link.gateway);
  }

  heardFleet(link: GatewayLink, message: Buffer): void {
    this.life?.downlink.heard(link.gateway, link.client, message);
  }

  receive(link: GatewayLink, lane: Lane, frame: Buffer, answers: Answers): void {
    const { life } = this;
    if (!life) return;
    const fail = (error: unknown) => {
      if (!life.process.alive) return;
      if (isBatchRefusal(error)) answers.refuse(error.code, error.message);
      else link.end();
    };
    try {
      life.contacts.sent(link.gateway);
      life.duplicates.batchReceived(link as unknown as Connection);
      const batch = openFrame(link.gateway, lane, frame);
      life.log.accept(batch, link).then(() => {
        if (life.process.alive) answers.acknowledge();
      }, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Returns the badge of each machine, as the page shows it; null while the cloud is down. */
  badges(): Map<string, { state: string; reason: string }> | null {
    if (!this.life) return null;
    const { operations, contacts, process } = this.life;
    const views = viewsOf(operations.machines.all(), operations.alerts.all('open'), {
      nowMs: process.clock.nowMs(),
      typeOf: (name) => (name === fan.name ? fan : undefined),
      contactOf: (gateway) => contacts.of(gateway),
      maintenanceOf: (name) => operations.maintenance.of(name),
      trouble: null,
    });
    return new Map(views.map(({ machine, state, stateReason: reason }) => [machine, { state, reason }]));
  }
}
