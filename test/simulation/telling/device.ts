/** A device: measures what its machine does, writes down its own time, keeps what it cannot send, and sends it in its own order. */
import type { Random } from '../../../shared/runtime/random.ts';
import { between, type World } from '../world/world.ts';
import type { ClockFault, DevicePlan } from './schedule.ts';
import type { TellingGateway } from './site/gateway.ts';
import type { Measured, TruthBook } from './truth.ts';

/** Messages that are sent and not yet acknowledged. */
const windowMax = 5;
const reconnectMs: [number, number] = [200, 3_000];
const travelMs: [number, number] = [1, 20];
/** A clock that was never set begins here, in ms since 1970. */
const bootMs = 5_000;
const swingRows = 3;
/** Only then is it silent enough for the machine to be known by what it sends. */
const quietPeriodMs = 60_000;

interface Connection {
  gateway: TellingGateway;
  number: number;
  isOpen: boolean;
  arrivesMs: number;
}

interface Message {
  readings: Measured[];
  isResend: boolean;
}

/** The clients of each gateway: another connection with the same id ends the one before. */
export type Clients = Map<TellingGateway, Map<string, Device>>;

export class Device {
  readonly plan: DevicePlan;
  private readonly world: World;
  private readonly truth: TruthBook;
  private readonly gateways: readonly (() => TellingGateway | null)[];
  private readonly clients: Clients;
  private readonly random: Random;
  private readonly kept: Measured[] = [];
  private unacked: Message[] = [];
  private connection: Connection | null = null;
  private measuredCount = 0;
  private nextSendMs = 0;
  private isQuiet = false;
  private isDue = false;
  /** The number of the gateway to which it connects. */
  place: number;

  constructor(parts: {
    plan: DevicePlan;
    index: number;
    world: World;
    truth: TruthBook;
    gateways: readonly (() => TellingGateway | null)[];
    clients: Clients;
  }) {
    this.plan = parts.plan;
    this.world = parts.world;
    this.truth = parts.truth;
    this.gateways = parts.gateways;
    this.clients = parts.clients;
    this.random = parts.world.random(`device ${parts.index}`);
    this.place = parts.plan.gateway;
  }

  start(): void {
    this.measureLater(between(this.random, 0, this.plan.periodMs));
    this.connect();
  }

  /** From now on it measures seldom, and has its network. */
  quiet(): void {
    this.isQuiet = true;
  }

  get isIdle(): boolean {
    return this.kept.length === 0 && this.unacked.length === 0;
  }

  moveTo(place: number): void {
    this.place = place;
    this.cut();
  }

  cut(): void {
    if (!this.connection) return;
    this.connection.isOpen = false;
    const here = this.clients.get(this.connection.gateway);
    if (here?.get(this.plan.clientId) === this) here.delete(this.plan.clientId);
    this.connection = null;
    for (const message of this.unacked) message.isResend = true;
    this.world.after(between(this.random, ...reconnectMs), () => this.connect());
  }

  private get isOffline(): boolean {
    const { nowMs } = this.world;
    return !this.isQuiet && this.plan.offline.some(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
  }

  private connect(): void {
    if (this.connection) return;
    const gateway = this.gateways[this.place]?.() ?? null;
    if (this.isOffline || !gateway?.isUp) {
      this.world.after(between(this.random, ...reconnectMs), () => this.connect());
      return;
    }
    const connection = { gateway, number: this.world.nextConnection++, isOpen: true, arrivesMs: 0 };
    this.connection = connection;
    const here = this.clients.get(gateway) ?? new Map<string, Device>();
    this.clients.set(gateway, here);
    here.get(this.plan.clientId)?.cut();
    here.set(this.plan.clientId, this);
    gateway.onStopped(() => {
      if (connection === this.connection) this.cut();
    });
    for (const message of this.unacked) this.transmit(message);
    this.sendKept();
  }

  private measureLater(delayMs: number): void {
    this.world.after(delayMs, () => {
      const { plan, truth } = this;
      const measured = truth.measure(plan.machine, plan.sensors, this.time());
      this.measuredCount++;
      this.kept.push(measured);
      if (this.isOffline && this.connection) this.cut();
      this.sendKept();
      this.measureLater(this.isQuiet ? quietPeriodMs : plan.periodMs);
    });
  }

  /** Its own time, ms since 1970; null if it writes none. */
  private time(): number | null {
    const { stamp, offsetMs, faults } = this.plan;
    if (stamp === 'none') return null;
    let ms = this.world.wallMs + offsetMs;
    for (const fault of faults) ms = withFault(fault, ms, this.world.nowMs, this.measuredCount);
    return stamp === 'seconds' ? 1_000 * Math.floor(ms / 1_000) : ms;
  }

  private sendKept(): void {
    const { world, plan, kept } = this;
    while (this.connection && kept.length > 0 && this.unacked.length < windowMax) {
      // Kept readings are sent at its pace, new ones at once.
      if (world.nowMs < this.nextSendMs) {
        if (this.isDue) return;
        this.isDue = true;
        world.after(this.nextSendMs - world.nowMs, () => {
          this.isDue = false;
          this.sendKept();
        });
        return;
      }
      const readings: Measured[] = [];
      while (kept.length > 0 && readings.length < plan.together) readings.push(this.takeKept());
      this.nextSendMs = world.nowMs + plan.spacingMs;
      const message = { readings, isResend: false };
      this.unacked.push(message);
      this.transmit(message);
    }
  }

  private takeKept(): Measured {
    const { kept, plan } = this;
    if (plan.order === 'oldest') return kept.shift()!;
    if (plan.order === 'newest') return kept.pop()!;
    return kept.splice(Math.floor(this.random.next() * kept.length), 1)[0]!;
  }

  private transmit(message: Message): void {
    const { connection, world, plan } = this;
    if (!connection) return;
    connection.arrivesMs = Math.max(
      connection.arrivesMs + 0.001,
      world.nowMs + between(this.random, ...travelMs),
    );
    const { gateway, number } = connection;
    world.after(connection.arrivesMs - world.nowMs, () => {
      if (!connection.isOpen || !gateway.isUp) return;
      for (const reading of message.readings) reading.handed++;
      const payload = Buffer.from(this.textOf(message.readings));
      const { receivedMs } = gateway;
      const from = { client: plan.clientId, user: `user-${plan.clientId}`, connection: number };
      gateway.accept(
        { topic: `telemetry/plant/${plan.machine}`, payload, receivedMs, resend: message.isResend, ...from },
        (error) => this.settled(message, connection, error),
      );
    });
  }

  private settled(message: Message, connection: Connection, error?: Error | null): void {
    this.world.after(between(this.random, ...travelMs), () => {
      if (!connection.isOpen) return;
      if (error) return this.cut();
      for (const reading of message.readings) reading.isAcked = true;
      this.unacked = this.unacked.filter((each) => each !== message);
      this.sendKept();
    });
  }

  private textOf(readings: readonly Measured[]): string {
    const texts = readings.map(({ n, timeMs, values }) => {
      const ts = timeMs === null ? {} : { ts: this.written(timeMs) };
      return { ...ts, ...values, n };
    });
    return JSON.stringify(texts.length === 1 ? texts[0] : texts);
  }

  private written(timeMs: number): number | string {
    if (this.plan.stamp === 'seconds') return timeMs / 1_000;
    return this.plan.stamp === 'iso' ? new Date(timeMs).toISOString() : timeMs;
  }
}

function withFault(fault: ClockFault, ms: number, nowMs: number, count: number): number {
  if (nowMs < fault.fromMs || nowMs >= fault.toMs) return ms;
  if (fault.kind === 'still') return ms - (nowMs - fault.fromMs);
  if (fault.kind === 'unset') return bootMs + Math.floor(nowMs);
  if (fault.kind === 'swings') return Math.floor(count / swingRows) % 2 === 0 ? ms : ms + fault.byMs;
  return ms + fault.byMs;
}
