/**
 * The gateway (test/simulation/gateway): the real data plane (decoding, reading identity, journal, uplink) on a
 * simulated disk and network, behind a front that packs messages as the main thread does. A crash may happen between
 * any two steps.
 */
import { RecentReadings } from '../../../gateway/decode/identity/recent-readings.ts';
import { openJournals } from '../../../gateway/journal/journal-set.ts';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import { type DataPlane, startDataPlane } from '../../../gateway/pipeline/plane.ts';
import type { DeadLetter } from '../../../gateway/ports/dead-letters.ts';
import type { RawMessage, Settle } from '../../../gateway/ports/source.ts';
import { openRefusedBatches } from '../../../gateway/refused-batches/refused-batches.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { type Log, silentLog } from '../../../shared/runtime/log.ts';
import type { SimulatedCloud } from '../cloud/cloud.ts';
import type { Network } from '../network/network.ts';
import type { Ledger } from '../world/ledger.ts';
import type { Schedule } from '../world/schedule.ts';
import type { Seams } from '../world/seams.ts';
import type { Process, World } from '../world/world.ts';
import { counted, SimulatedBroker } from './broker.ts';
import { gatewayConfig, machineTypes } from './config.ts';
import { SimulatedDisk } from './disk.ts';
import { Front } from './front.ts';
import { openLetters, readLetters } from './letters.ts';
import { LogCounts } from './log-counts.ts';
import { StatusWatch } from './status-watch.ts';

interface Life {
  process: Process;
  /** Null while it recovers. */
  plane: DataPlane | null;
  front: Front;
  broker: SimulatedBroker | null;
  eventsUnderWay: number;
}

const restartMs = 300;
/** Time limit of `stop`: the journal's own limit, and retries on a disk. */
const stopMsMax = 15_000;
/** Delay after which the uplink retries a lane that cannot be read. */
const readRetryMs = 1_000;
/**
 * Number of remembered identities: more than a schedule has, and less memory to clear at each start than by default.
 */
const recentMax = 1 << 13;

export class SimulatedGateway {
  readonly disk: SimulatedDisk;
  /** The dead letters on the disk after the run. */
  letters: readonly DeadLetter[] = [];
  /** Dead letters that were dropped for the bound. */
  lettersDropped = 0;
  /** Offset of the gateway's wall clock from true time. */
  wallOffsetMs = 0;
  starts = 0;
  failedStarts = 0;
  stopping = false;
  readonly status: StatusWatch;
  /** Counters may be lost with a life of the gateway, but the log is kept. */
  readonly logCounts = new LogCounts();
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly network: Network;
  private readonly schedule: Schedule;
  private readonly seams: Seams;
  private readonly log: Log;
  private life: Life | null = null;
  private readonly onGone: Set<() => void> = new Set();

  constructor(parts: {
    world: World;
    ledger: Ledger;
    cloud: SimulatedCloud;
    network: Network;
    schedule: Schedule;
    seams: Seams;
  }) {
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.network = parts.network;
    this.schedule = parts.schedule;
    this.seams = parts.seams;
    this.disk = new SimulatedDisk(parts.world);
    this.log = this.logCounts.log();
    this.status = new StatusWatch(parts.world, parts.ledger, parts.cloud, parts.schedule);
  }

  get isUp(): boolean {
    return this.life?.plane != null && !this.stopping;
  }

  /** Called once when this life of the gateway is over. */
  onStopped(tell: () => void): void {
    this.onGone.add(tell);
  }

  start(): void {
    const process = this.world.process('gateway', () => this.wallOffsetMs);
    const front = new Front(this.world, process);
    const life: Life = { process, plane: null, front, broker: null, eventsUnderWay: 0 };
    this.life = life;
    this.starts++;
    this.world.note('gateway starts');
    Promise.all([this.open(process), this.openBroker(process)]).then(
      ([plane, broker]) => {
        if (!process.alive) return;
        Object.assign(life, { plane, broker });
        life.front.open(plane);
        this.world.note('gateway is up');
        this.status.follow(plane, process.clock, () => process.alive && !this.stopping);
      },
      (error) => {
        if (!process.alive) return;
        this.failedStarts++;
        this.world.note(`gateway cannot start: ${messageOf(error)}`);
        this.crash({ power: false, downMs: restartMs });
      },
    );
  }

  crash({
    power,
    downMs,
    flip = 'none',
  }: {
    power: boolean;
    downMs: number;
    flip?: 'none' | 'segment' | 'state';
  }): void {
    if (!this.life) return;
    this.world.note(`gateway ${power ? 'loses power' : 'is killed'}`);
    this.gone();
    this.disk.crash(power);
    this.network.gatewayGone(power);
    if (flip !== 'none') this.world.note(`bit flipped in ${this.disk.flip(flip)}`);
    this.world.after(downMs, () => this.start());
  }

  /** Stops the gateway in order, within a time limit. Then it starts again, unless `downMs` is null. */
  async restart(downMs: number | null): Promise<void> {
    const { life, world } = this;
    if (!life?.plane || this.stopping) return;
    this.stopping = true;
    world.note('gateway stops');
    const startedMs = world.nowMs;
    const late = life.process.clock.setTimer(stopMsMax, () => {
      this.ledger.broken('stop is bounded', `the gateway did not stop within ${stopMsMax} ms`);
    });
    await life.broker?.stop().catch((error) => world.note(`broker's stop failed: ${messageOf(error)}`));
    await life.plane.calls.stop().catch((error) => world.note(`stop failed: ${messageOf(error)}`));
    late.cancel();
    if (this.life !== life) return;
    world.note(`gateway stopped in ${Math.round(world.nowMs - startedMs)} ms`);
    this.gone();
    this.disk.disk.kill();
    this.network.gatewayGone(false);
    if (downMs !== null) world.after(downMs, () => this.start());
  }

  /** The `accept` of the intake of this life, for a sensor's connection to it. */
  accept(message: RawMessage, settled: Settle, ticket = 0): void {
    this.life?.front.accept(message, settled, ticket);
  }

  /** The broker of this life. */
  get broker(): SimulatedBroker | null {
    return this.life?.broker ?? null;
  }

  get receivedMs(): number {
    return this.world.wallMs + this.wallOffsetMs;
  }

  estimates(lines: string[]): void {
    this.life?.plane?.estimates(lines);
  }

  /** Sends an event as the main thread does. `taken` is called when it is durable. */
  event(event: HarbingerEvent, taken: () => void): void {
    const { life } = this;
    if (!life?.plane) return;
    life.eventsUnderWay++;
    const done = () => {
      life.eventsUnderWay--;
    };
    const settle = () => {
      if (life.process.alive) taken();
    };
    void life.plane.calls
      .event(event)
      .then(settle, () => undefined)
      .then(done);
  }

  /** Sends the refused batches again, as a person does once the cause is gone. */
  redriveRefused(): void {
    const { life } = this;
    if (!life?.plane || this.status.now?.refused.count === 0) return;
    this.world.note('refused batches are redriven');
    life.plane.calls
      .refusedRedrive('all')
      .catch((error) => this.world.note(`not redriven: ${messageOf(error)}`));
  }

  get eventsUnderWay(): number {
    return this.life?.eventsUnderWay ?? 0;
  }

  /** Whether identities and times may be lost: a new life of the gateway may lack those in lost blocks. */
  get mayLoseIdentities(): boolean {
    return this.disk.flips.segment > 0 || (this.disk.dropped > 0 && this.starts > 1);
  }

  /** Refused batches come after those that were behind them, and, where the cursor's move was lost, a second time. */
  get hasSetAside(): boolean {
    return this.logCounts.setAside > 0;
  }

  private async open(process: Process): Promise<DataPlane> {
    const { seams } = this;
    const fs = seams.disk(this.disk.mount(process));
    const { clock } = process;
    const random = this.world.random(`gateway ${this.starts}`);
    const rules = {
      inFlightMax: this.schedule.inFlightMax,
      refusedEventsSeq: 0,
      eventWaitingSinceMs: (sentSeq: number) => {
        const since = this.status.eventWaitingSinceMs(sentSeq);
        // A lane that cannot be read delays no other lane; it is retried after a moment.
        return since === null ? null : Math.max(since, this.disk.eventsFailedMs + readRetryMs);
      },
    };
    const plane = await startDataPlane(
      { config: gatewayConfig(this.schedule), types: machineTypes },
      {
        clock,
        random,
        limited: unlimited,
        log: this.log,
        columns: () => undefined,
        lifecycle: () => undefined,
        maintenance: async () => {},
        openJournals: seams.journals((options) => openJournals({ ...options, fs })),
        openRefusedBatches: async (options) => {
          const openOnDisk = (dir: string) => openRecords({ dir, fs, clock, random, log: this.log });
          return seams.refused(await openRefusedBatches({ ...options, openRecords: openOnDisk }));
        },
        openDeadLetters: async (options) =>
          seams.deadLetters(await openLetters(options, { fs, clock, random })),
        link: () => seams.link(this.network.link(process, rules)),
        recent: seams.recent(new RecentReadings(recentMax)),
      },
    );
    await plane.calls.startUplink();
    return seams.plane(plane);
  }

  private openBroker(process: Process): Promise<SimulatedBroker> {
    const { clock } = process;
    const random = this.world.random(`broker ${this.starts}`);
    const fs = this.disk.mount(process);
    return SimulatedBroker.open(gatewayConfig(this.schedule).dataDir, {
      process,
      intake: counted(this.ledger, (message, settled, ticket) => this.accept(message, settled, ticket)),
      openRecords: (dir) => openRecords({ dir, fs, clock, random, log: silentLog }),
      log: silentLog,
      change: this.seams.sessions,
    });
  }

  /** Reads the dead letters after the run, on a disk without faults. */
  async readLetters(): Promise<void> {
    const clock = this.world.process('reader', () => 0).clock;
    const random = this.world.random('reader');
    const dir = `${gatewayConfig(this.schedule).dataDir}/deadletters`;
    const kept = await readLetters(dir, { fs: this.disk.afterwards(), clock, random });
    this.letters = kept.letters;
    this.lettersDropped = kept.dropped;
  }

  private gone(): void {
    this.life?.process.kill();
    this.life = null;
    this.status.gone();
    this.stopping = false;
    for (const tell of this.onGone) tell();
    this.onGone.clear();
  }

  /** Whether nothing waits to be sent, according to the last status. */
  get isDrained(): boolean {
    return this.isUp && this.status.isDrained;
  }
}
