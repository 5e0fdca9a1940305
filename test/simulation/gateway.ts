/**
 * The gateway: the real data plane (decoding, placement, journal, uplink) on a simulated disk and link, behind a front
 * that packs messages as the main thread does. A crash ends it between any two steps.
 */
import type { DataStatus } from '../../gateway/data-messages.ts';
import { type DataPlane, startDataPlane } from '../../gateway/data-plane.ts';
import { RecentReadings } from '../../gateway/decode/recent-readings.ts';
import type { JournalStats, RawMessage } from '../../gateway/ports.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { SimulatedCloud } from './cloud.ts';
import { SimulatedDisk } from './disk.ts';
import { Front, type Settle } from './front.ts';
import { gatewayConfig, machineTypes } from './gateway-config.ts';
import type { Ledger } from './ledger.ts';
import { SimulatedLetters } from './letters.ts';
import type { Network } from './network.ts';
import { Said } from './said.ts';
import type { Schedule } from './schedule.ts';
import type { Process, World } from './world.ts';

interface Life {
  process: Process;
  /** Null while it recovers. */
  plane: DataPlane | null;
  front: Front;
  eventsUnderWay: number;
}

const statusMs = 250;
const restartMs = 300;
/** What `stop` may take: the journal's own limit, and patience with a disk. */
const stopMsMax = 15_000;
/** What the journal may take of the disk beyond its limit: state files. */
const stateBytesMax = 4_096;
/** The uplink's, where a lane cannot be read. */
const readRetryMs = 1_000;
/** Identities that are known: more than a schedule has, and less memory to clear at each start than by default. */
const recentMax = 1 << 13;

export class SimulatedGateway {
  readonly disk: SimulatedDisk;
  readonly letters: SimulatedLetters;
  /** Of the wall clock, against true time. */
  wallOffsetMs = 0;
  starts = 0;
  failedStarts = 0;
  stopping = false;
  /** Journal's account as last heard of, by lane. */
  stats = new Map<Lane, JournalStats>();
  /** As last heard of; null while the gateway is not up. */
  status: DataStatus | null = null;
  lastStatus: DataStatus | null = null;
  /** Counters may be lost with a life, the log not. */
  readonly said = new Said();
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly cloud: SimulatedCloud;
  private readonly network: Network;
  private readonly schedule: Schedule;
  private readonly log: Log;
  private life: Life | null = null;
  private eventsSince: { seq: number; sinceMs: number }[] = [];
  private readonly onGone: Set<() => void> = new Set();

  constructor(parts: {
    world: World;
    ledger: Ledger;
    cloud: SimulatedCloud;
    network: Network;
    schedule: Schedule;
  }) {
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.cloud = parts.cloud;
    this.network = parts.network;
    this.schedule = parts.schedule;
    this.disk = new SimulatedDisk(parts.world);
    this.letters = new SimulatedLetters(parts.world);
    this.log = this.said.log();
  }

  get isUp(): boolean {
    return this.life?.plane != null && !this.stopping;
  }

  /** Called once when this life of the gateway is over. */
  whenGone(tell: () => void): void {
    this.onGone.add(tell);
  }

  start(): void {
    const process = this.world.process('gateway', () => this.wallOffsetMs);
    const life: Life = { process, plane: null, front: new Front(this.world, process), eventsUnderWay: 0 };
    this.life = life;
    this.starts++;
    this.eventsSince = [];
    this.world.note('gateway starts');
    this.open(process).then(
      (plane) => {
        if (!process.alive) return;
        life.plane = plane;
        life.front.open(plane);
        this.world.note('gateway is up');
        process.clock.setTimer(statusMs, () => void this.lookAtStatus(life));
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
    this.letters.crash();
    this.network.gatewayGone(power);
    if (flip !== 'none') this.world.note(`bit flipped in ${this.disk.flip(flip)}`);
    this.world.after(downMs, () => this.start());
  }

  /** An orderly stop; bounded in time. Then it starts again, unless this is the end. */
  async restart(downMs: number | null): Promise<void> {
    const { life, world } = this;
    if (!life?.plane || this.stopping) return;
    this.stopping = true;
    world.note('gateway stops');
    const startedMs = world.nowMs;
    const late = life.process.clock.setTimer(stopMsMax, () => {
      this.ledger.broken('stop is bounded', `the gateway did not stop within ${stopMsMax} ms`);
    });
    await life.plane.calls.stop().catch((error) => world.note(`stop failed: ${messageOf(error)}`));
    late.cancel();
    if (this.life !== life) return;
    world.note(`gateway stopped in ${Math.round(world.nowMs - startedMs)} ms`);
    this.gone();
    this.disk.disk.kill();
    this.network.gatewayGone(false);
    if (downMs !== null) world.after(downMs, () => this.start());
  }

  /** As Intake.accept, for a sensor's connection to this life. */
  accept(message: RawMessage, settled: Settle): void {
    this.life?.front.accept(message, settled);
  }

  get receivedMs(): number {
    return this.world.wallMs + this.wallOffsetMs;
  }

  estimates(lines: string[]): void {
    this.life?.plane?.estimates(lines);
  }

  /** As the main thread's; `taken` is called when the event is durable. */
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

  get eventsUnderWay(): number {
    return this.life?.eventsUnderWay ?? 0;
  }

  /** With blocks that are gone a new life of the gateway has forgotten what they said of resends and times. */
  get mayForget(): boolean {
    return this.disk.flips.segment > 0 || (this.disk.dropped > 0 && this.starts > 1);
  }

  private open(process: Process): Promise<DataPlane> {
    const rules = {
      inFlightMax: this.schedule.inFlightMax,
      eventWaitingSinceMs: (sentSeq: number) => {
        const since = this.eventsSince.find(({ seq }) => seq > sentSeq)?.sinceMs ?? null;
        // A lane that cannot be read holds up no other; it looks again after a moment.
        return since === null ? null : Math.max(since, this.disk.eventsFailedMs + readRetryMs);
      },
    };
    return startDataPlane(
      { config: gatewayConfig(this.schedule), types: machineTypes },
      {
        clock: process.clock,
        random: this.world.random(`gateway ${this.starts}`),
        log: this.log,
        columns: () => undefined,
        lifecycle: () => undefined,
        fs: this.disk.mount(process),
        openDeadLetters: async () => this.letters.open(process),
        link: () => this.network.link(process, rules),
        recent: new RecentReadings(recentMax),
      },
    );
  }

  private gone(): void {
    this.life?.process.kill();
    this.life = null;
    this.status = null;
    this.stopping = false;
    for (const tell of this.onGone) tell();
    this.onGone.clear();
  }

  /** As the statistics job: it also makes the plane report its losses. */
  private async lookAtStatus(life: Life): Promise<void> {
    const status = await life.plane!.calls.status();
    if (!life.process.alive || this.stopping) return;
    this.status = this.lastStatus = structuredClone(status);
    let bytes = 0;
    for (const stats of status.journals) {
      const lane = stats.lane as Lane;
      this.stats.set(lane, stats);
      bytes += stats.bytes;
      this.checkCursor(lane, status.backlog[lane]!.confirmedSeq);
    }
    if (bytes > this.schedule.journalBytesMax + stateBytesMax) {
      this.ledger.broken('the journal is bounded', `${bytes} bytes of ${this.schedule.journalBytesMax}`);
    }
    const { pipeline, placement } = status;
    const lifecycle = pipeline.messages - pipeline.readings - placement.resends - pipeline.deadLetters;
    if (lifecycle < 0) this.ledger.broken('counts add up', JSON.stringify({ pipeline, placement }));
    const lastSeq = this.stats.get('events')!.lastSeq;
    const isWaiting = status.backlog.events!.blocks > 0;
    if (isWaiting && lastSeq > (this.eventsSince.at(-1)?.seq ?? 0)) {
      this.eventsSince.push({ seq: lastSeq, sinceMs: this.world.nowMs });
    }
    life.process.clock.setTimer(statusMs, () => void this.lookAtStatus(life));
  }

  private checkCursor(lane: Lane, cursor: number): void {
    const { firstSeq } = this.stats.get(lane)!;
    const stored = this.cloud.operations.newestWatermark(lane);
    // A cursor begins at the oldest block there is: those before it were dropped.
    if (cursor <= Math.max(stored, firstSeq - 1)) return;
    this.ledger.broken('cursors stay behind the cloud', `${lane}: cursor ${cursor}, stored ${stored}`);
  }

  /** Nothing waits to be sent, by the last status. */
  get isDrained(): boolean {
    return this.isUp && lanes.every((lane) => this.status?.backlog[lane]?.blocks === 0);
  }
}
