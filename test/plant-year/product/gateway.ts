/**
 * The product under judgement (test/plant-year/product): the gateway's and the cloud's own code, from the typed columns of
 * the intake to the notification that a person gets, on an injected clock. Journal and network are the simulation's.
 * people.ts has what the product offers people and this year would use.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DecisionsConfig } from '../../../gateway/decisions/config.ts';
import { createDecisions, type Decisions } from '../../../gateway/decisions/create-decisions.ts';
import { lifecycleEvent } from '../../../gateway/lanes/events.ts';
import type { Outbox } from '../../../gateway/ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from '../../../gateway/ports/watch.ts';
import { SiteTopics } from '../../../gateway/site-topics/site-topics.ts';
import { WatchConfig } from '../../../gateway/watch/config.ts';
import { Watch } from '../../../gateway/watch/watch.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { ColumnPacker, type Reading } from './columns.ts';
import { Life } from './life.ts';
import { type SiteChange, SiteListener } from './site.ts';

/** The journal's tail that a gateway reads at its start: a megabyte, which is about two days of these plants. */
const tailBatches = 2_880;
const journal = '00000000000000aa';
const hourMs = 3_600_000;
/** Timers fire at whole multiples of this, which the watch for silence, looking every second, does not take for a pause. */
export const gatewaySlackMs = 5_000;

const readWatchConfig = compileValidator(WatchConfig);
const watchConfig = readWatchConfig(
  // Baselines are written four times a day instead of every ten minutes: the journal's tail has what is newer.
  { saveNormalsMs: 6 * hourMs, batchMax: 64 },
  (problem) => new Error(problem),
);

/**
 * Records of ordinary decisions, estimates more often than the badges are looked at, and what an open alert is now more often
 * than telemetry is sent, of which nobody is told, would only take time.
 */
const decisionsConfig = compileValidator(DecisionsConfig)(
  { alerts: { sampleMs: 0, estimateMsMin: hourMs / 2, nowMsMin: 600_000 } },
  (problem) => new Error(problem),
);

export interface GatewayOptions {
  name: string;
  types: ReadonlyMap<string, MachineType>;
  folder: string;
  world: Clock;
  /** Called for each change that the gateway says at its own broker. */
  saidAtSite(change: SiteChange): void;
}

/** One gateway with its disk: what is journalled outlives its restarts. */
export class PlantGateway {
  readonly name: string;
  /** Journalled events that the cloud does not have yet. */
  readonly events: HarbingerEvent[] = [];
  /** The newest estimate line of each machine since the last upload, and when each machine was heard last. */
  readonly estimates = new Map<string, string>();
  readonly heardMs = new Map<Reading['machine'], number>();
  private readonly options: GatewayOptions;
  private readonly packer = new ColumnPacker();
  private readonly sentIds = new Set<string>();
  private readonly tail: ColumnBatch[] = [];
  /** Everything that named machines, their senders and their sensors, for the tail's replay. */
  private readonly names: Pick<ColumnBatch, 'newMachines' | 'newSensors'> = {
    newMachines: [],
    newSensors: [],
  };
  private seq = 0;
  private readonly broker: SiteListener;
  private running: { life: Life; watch: Watch; decisions: Decisions; siteTopics: SiteTopics } | null = null;
  private deciding = 0;
  private latestDecision: Promise<void> = Promise.resolve();
  private lifecycles = 0;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.name = options.name;
    this.broker = new SiteListener((change) => options.saidAtSite(change));
    mkdirSync(options.folder, { recursive: true });
  }

  get isUp(): boolean {
    return this.running !== null;
  }

  /** The watch, through which people change things; null while the gateway is down. */
  get admin(): Watch | null {
    return this.running?.watch ?? null;
  }

  async start(): Promise<void> {
    const { types, folder, world } = this.options;
    const life = new Life(world, gatewaySlackMs);
    const { clock } = life;
    const base = { clock, log: silentLog };
    const watch = new Watch({
      ...base,
      types,
      config: watchConfig,
      baselinesDir: join(folder, 'normals'),
      hearingsPath: join(folder, 'hearings.json'),
      maintenanceFile: join(folder, 'maintenance.json'),
      gateway: this.name,
      random: seededRandom(1),
    });
    await watch.load();
    await watch.savedBaselines?.start();
    await watch.savedHearings?.start();
    const { modelAssessor, selfLearnedAssessor, rulesAssessor } = watch;
    const siteTopics: SiteTopics = new SiteTopics({
      ...base,
      gateway: this.name,
      brokers: () => [this.broker],
      openAlerts: () => decisions.open(),
      openConditions: () => [],
      ...{ types, watch },
    });
    const outbox = siteTopics.overheard(this.outbox());
    const decisions: Decisions = await createDecisions(decisionsConfig, {
      ...base,
      gateway: this.name,
      modelAssessor,
      selfLearnedAssessor,
      rulesAssessor,
      outbox,
      dataDir: folder,
    });
    watch.connect(outbox);
    this.replay(watch);
    watch.savedBaselines?.keep();
    watch.savedHearings?.keep();
    for (const { made } of decisions.running) await made.start();
    await siteTopics.start();
    await watch.start(async (inputs) => {
      siteTopics.judged(inputs);
      this.deciding++;
      try {
        this.latestDecision = decisions.evaluate(inputs);
        await this.latestDecision;
      } finally {
        this.deciding--;
      }
    }, decisions.awaitsHearing);
    this.running = { life, watch, decisions, siteTopics };
    await this.settled();
  }

  /** Takes readings that are journalled, and waits until what follows from them is decided. */
  async take(readings: readonly Reading[]): Promise<void> {
    if (!this.running || readings.length === 0) return;
    const columns = this.packer.pack(readings);
    columns.block = { journal, seq: ++this.seq };
    if (columns.newMachines.length > 0) this.names.newMachines.push(...columns.newMachines);
    if (columns.newSensors.length > 0) this.names.newSensors.push(...columns.newSensors);
    this.tail.push(columns);
    if (this.tail.length > 2 * tailBatches) this.tail.splice(0, tailBatches);
    const nowMs = this.options.world.nowMs();
    for (const { machine } of readings) this.heardMs.set(machine, nowMs);
    this.running.watch.add(columns);
    if (!this.isSettled) await this.settled();
  }

  /** A person or a controller says that a machine failed or was replaced. */
  async lifecycle(notice: LifecycleNotice): Promise<void> {
    if (!this.running) return;
    const { watch, decisions } = this.running;
    const { site, machine } = notice.about;
    this.note(lifecycleEvent(this.name, { ...notice, eventId: `lifecycle-${++this.lifecycles}` }));
    if (notice.state === 'replaced') watch.replaced(site, machine);
    await decisions.lifecycle(notice);
  }

  /** Stops in order, or is killed: then only what was on disk remains. */
  async stop(how: 'stopped' | 'killed'): Promise<void> {
    if (!this.running) return;
    const { life, watch, decisions, siteTopics } = this.running;
    this.running = null;
    if (how === 'killed') life.end();
    else for (const { made } of decisions.running) await made.stop();
    await watch.stop();
    if (how === 'stopped') {
      await siteTopics.stop();
      await watch.savedHearings?.stop();
      await watch.savedBaselines?.stop();
    }
    life.end();
  }

  /** Waits for decisions, whose files are written in real time, while the simulated time stands still. */
  async settled(): Promise<void> {
    while (this.deciding > 0) await this.latestDecision;
  }

  get isSettled(): boolean {
    return this.deciding === 0;
  }

  private replay(watch: Watch): void {
    const kept = this.tail.slice(-tailBatches);
    kept.forEach((columns, i) => {
      const names = i === 0 ? this.names : { newMachines: [], newSensors: [] };
      watch.add({ ...columns, newOwners: [], ...names, replay: true });
    });
  }

  private outbox(): Outbox {
    return {
      event: async (event) => this.note(event),
      estimates: (lines) => {
        for (const line of lines) this.estimates.set(line.slice(0, line.indexOf(' ')), line);
      },
    };
  }

  private note(event: HarbingerEvent): void {
    if (this.sentIds.has(event.id)) return;
    this.sentIds.add(event.id);
    this.events.push(event);
  }
}
