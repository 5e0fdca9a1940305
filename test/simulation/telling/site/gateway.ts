/**
 * The site (test/simulation/telling/site): gateways, the cloud and the links between them, with all that decides and tells. One
 * gateway, with its disk and its folder: the real data plane, watch, decisions and fleet, composed as gateway/gateway.ts composes them.
 * Only sources, HTTP and jobs are missing.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayConfig } from '../../../../gateway/config.ts';
import { createDecisions, type Decisions } from '../../../../gateway/decisions/create-decisions.ts';
import { createFleet } from '../../../../gateway/fleet/create-fleet.ts';
import type { DataCalls } from '../../../../gateway/pipeline/messages.ts';
import type { DataPlane } from '../../../../gateway/pipeline/plane.ts';
import type { RawMessage, Settle } from '../../../../gateway/ports/source.ts';
import { createRetirement } from '../../../../gateway/retirement.ts';
import { SiteTopics } from '../../../../gateway/site-topics/site-topics.ts';
import { Watch } from '../../../../gateway/watch/watch.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import { SiteListener } from '../../../plant-year/product/site.ts';
import { SimulatedDisk } from '../../gateway/disk.ts';
import { Front } from '../../gateway/front.ts';
import type { Process, World } from '../../world/world.ts';
import { gatewayName, type TellingCloud } from './cloud.ts';
import { Line } from './link.ts';
import { openPlane } from './plane.ts';
import { inRealTime } from './real-files.ts';
import { slack } from './slack.ts';
import { fan, types } from './types.ts';

const restartMs = 2_000;
const stopMsMax = 60_000;

const readConfig = compileValidator(GatewayConfig);

interface Parts {
  plane: DataPlane;
  watch: Watch;
  decisions: Decisions;
  siteTopics: SiteTopics;
  fleet: ReturnType<typeof createFleet>['fleet'];
  admin: ReturnType<typeof createRetirement>;
}

interface Life {
  process: Process;
  front: Front;
  /** Null while it recovers. */
  parts: Parts | null;
}

/** A copy of all that a gateway has on disk. */
export interface DataFolder {
  files: string;
  journal: ReadonlyMap<string, Buffer>;
}

export class TellingGateway {
  readonly disk: SimulatedDisk;
  readonly line: Line;
  readonly folder: string;
  /** Offset of its wall clock from true time. */
  wallOffsetMs = 0;
  starts = 0;
  readonly site: SiteListener;
  private readonly world: World;
  private readonly cloud: TellingCloud;
  private life: Life | null = null;
  private readonly onGone = new Set<() => void>();
  private readonly config: GatewayConfig;
  private isStopping = false;

  constructor(parts: { world: World; cloud: TellingCloud; folder: string }) {
    this.world = parts.world;
    this.cloud = parts.cloud;
    this.folder = parts.folder;
    this.disk = new SimulatedDisk(parts.world);
    this.line = new Line(parts.world.random(`line of ${parts.folder.split('/').at(-1)}`));
    this.site = new SiteListener(() => undefined);
    mkdirSync(this.folder, { recursive: true });
    this.config = readConfig(
      {
        gateway: gatewayName,
        dataDir: this.folder,
        broker: {},
        http: {},
        serial: { ports: [] },
        machines: [{ match: 'plant/*', type: fan.name }],
        uplink: { lingerMs: 1_000, backoffFirstMs: 500, backoffMaxMs: 10_000 },
        decisions: {
          alerts: { sampleMs: 0, estimateMsMin: 30_000, flapping: { holdMs: 120_000 } },
        },
      },
      (problem) => new Error(problem),
    );
  }

  get isUp(): boolean {
    return this.life?.parts != null && !this.isStopping;
  }

  get running(): Parts | null {
    return this.isUp ? this.life!.parts : null;
  }

  get receivedMs(): number {
    return this.world.wallMs + this.wallOffsetMs;
  }

  /** Called once when this life is over. */
  onStopped(tell: () => void): void {
    this.onGone.add(tell);
  }

  start(): void {
    if (this.life) return;
    const process = slack(this.world.process('gateway', () => this.wallOffsetMs));
    const front = new Front(this.world, process);
    const life: Life = { process, front, parts: null };
    this.life = life;
    this.starts++;
    this.world.note('gateway starts');
    this.open(process).then(
      (parts) => {
        if (!process.alive) return;
        life.parts = parts;
        front.open(parts.plane);
        this.world.note('gateway is up');
      },
      (error) => {
        if (!process.alive) return;
        this.world.note(`gateway cannot start: ${messageOf(error)}`);
        this.kill();
        this.world.after(restartMs, () => this.start());
      },
    );
  }

  kill(): void {
    if (!this.life) return;
    this.world.note('gateway is killed');
    this.gone();
    this.disk.crash(false);
  }

  /** Stops in order; resolves when it is down. */
  async stop(): Promise<void> {
    const { life } = this;
    if (!life?.parts || this.isStopping) return;
    this.isStopping = true;
    this.world.note('gateway stops');
    const { plane, watch, decisions, siteTopics, fleet } = life.parts;
    const late = this.world.after(stopMsMax, () => this.world.note('the gateway does not stop'));
    await fleet.stop();
    await siteTopics.stop();
    await watch.stop();
    for (const { made } of decisions.running) await made.stop();
    await plane.calls.stop();
    for (const saver of saversOf(watch)) await saver.stop();
    late.cancel();
    if (this.life !== life) return;
    this.gone();
    this.disk.disk.kill();
  }

  accept(message: RawMessage, settled: Settle): void {
    this.life?.front.accept(message, settled);
  }

  /** Copies what is on its disk. */
  backUp(to: string): DataFolder {
    cpSync(this.folder, to, { recursive: true });
    return { files: to, journal: this.relative(this.disk.copy()) };
  }

  /** While it is down. */
  putBack({ files, journal }: DataFolder): void {
    rmSync(this.folder, { recursive: true });
    cpSync(files, this.folder, { recursive: true });
    this.disk.restore(new Map([...journal].map(([path, bytes]) => [join(this.folder, path), bytes])));
  }

  private relative(copy: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
    return new Map([...copy].map(([path, bytes]) => [path.slice(this.folder.length + 1), bytes]));
  }

  private gone(): void {
    this.life?.process.kill();
    this.life = null;
    this.isStopping = false;
    this.line.cut();
    for (const tell of this.onGone) tell();
    this.onGone.clear();
  }

  private async open(process: Process): Promise<Parts> {
    const { world, config, folder } = this;
    const { clock } = process;
    const random = world.random(`gateway ${folder.split('/').at(-1)} ${this.starts}`);
    const base = { clock, random, log: silentLog };
    const watch = new Watch({
      ...{ ...base, types, config: config.intelligence, gateway: gatewayName },
      baselinesDir: join(folder, 'normals'),
      hearingsPath: join(folder, 'hearings.json'),
      levelsPath: join(folder, 'levels.json'),
      latePath: join(folder, 'late.json'),
      limitsFile: join(folder, 'machine-limits.json'),
      maintenanceFile: join(folder, 'maintenance.json'),
    });
    await watch.load();
    for (const saver of saversOf(watch)) await saver.start();
    let plane: DataPlane | null = null;
    const data = {
      event: (event: Parameters<DataCalls['event']>[0]) => plane!.calls.event(event),
      estimates: (lines: string[]) => plane!.estimates(lines),
      call: <M extends keyof DataCalls>(method: M, ...args: Parameters<DataCalls[M]>) =>
        (plane!.calls[method] as (...args: unknown[]) => unknown)(...args) as ReturnType<DataCalls[M]>,
    };
    const siteTopics: SiteTopics = new SiteTopics({
      ...{ ...base, gateway: gatewayName, brokers: () => [this.site] },
      openAlerts: () => decisions.open(),
      openConditions: () => [],
      ...{ types, watch },
    });
    const outbox = siteTopics.overheard(data);
    const { fleet, overrides, lessons } = createFleet({
      ...{ ...base, gateway: gatewayName, dataDir: folder, outbox: data },
      say: (message) => plane?.sayFleet(message),
      tellOpen: () => void decisions.tellOpen(),
    });
    const { modelAssessor, selfLearnedAssessor, rulesAssessor } = watch;
    // Parts are loaded when they are first made.
    const decisions: Decisions = await inRealTime(
      createDecisions(config.decisions, {
        ...{ ...base, gateway: gatewayName, dataDir: folder, outbox, overrides },
        ...{ modelAssessor, selfLearnedAssessor, rulesAssessor },
      }),
    );
    watch.connect(data);
    const { disk, line, cloud } = this;
    const parts = { world, cloud, line, config, disk, process, random, watch, decisions, fleet };
    const started = await openPlane(parts);
    plane = started;
    for (const saver of saversOf(watch)) saver.keep();
    for (const { made } of decisions.running) await made.start();
    const decide = (inputs: Parameters<typeof decisions.evaluate>[0]) => {
      siteTopics.judged(inputs);
      return decisions.evaluate(inputs);
    };
    void watch.start(decide, decisions.awaitsHearing, decisions.open());
    await siteTopics.start();
    await fleet.start();
    await started.calls.startUplink();
    void watch.tellUnsent();
    const ofAdmin = { data, watch, decisions, siteTopics, lessons, clock: base.clock };
    const admin = createRetirement({ ...ofAdmin, sources: () => [] });
    return { plane: started, watch, decisions, siteTopics, fleet, admin };
  }
}

function saversOf({ savedBaselines, savedHearings, savedLevels, savedLate }: Watch) {
  return [savedBaselines, savedHearings, savedLevels, savedLate].filter((saver) => saver !== null);
}
