/**
 * The network between gateway and cloud: delay and a limited rate, one connection at a time. It can be cut (also within
 * a frame, which then never arrives), and be half-open: frames vanish, and nobody detects it for long.
 */
import type { Random } from '../../../shared/runtime/random.ts';
import type { SimulatedCloud } from '../cloud/cloud.ts';
import type { Ledger } from '../world/ledger.ts';
import { between, type Process, type World, whole } from '../world/world.ts';
import { type Carrier, Connection, type LinkRules } from './connection.ts';

const keepAliveMs = 5_000;
const connectMsMax = 1_500;

export class Network implements Carrier {
  up = true;
  halfOpen = false;
  readonly usualDelayMs: [from: number, to: number] = [0.2, 5];
  readonly usualBytesPerMs = 1_000;
  delayMs = this.usualDelayMs;
  bytesPerMs = this.usualBytesPerMs;
  connections = 0;
  framesLost = 0;
  /** Share of the frames that arrive with a bit flipped. */
  flipShare = 0;
  flips = 0;
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly cloud: SimulatedCloud;
  private readonly random: Random;
  private current: Connection | null = null;

  constructor(world: World, ledger: Ledger, cloud: SimulatedCloud) {
    this.world = world;
    this.ledger = ledger;
    this.cloud = cloud;
    this.random = world.random('network');
  }

  link(process: Process, rules: LinkRules): Connection {
    return new Connection(this, process, rules, this.world, this.ledger, this.cloud);
  }

  latency(): number {
    return between(this.random, ...this.delayMs);
  }

  carried(frame: Buffer): Buffer {
    if (this.flipShare === 0 || this.random.next() >= this.flipShare) return frame;
    this.flips++;
    const flipped = Buffer.from(frame);
    flipped[whole(this.random, 0, frame.length - 1)]! ^= 1 << whole(this.random, 0, 7);
    return flipped;
  }

  /** True once both ends are connected. */
  async open(connection: Connection, process: Process): Promise<boolean> {
    await process.pause(2 * this.latency());
    if (this.halfOpen) await process.pause(connectMsMax);
    if (!this.up || this.halfOpen || !this.cloud.isUp) return false;
    this.connections++;
    // The cloud knows a gateway by its name: a new connection replaces the old one.
    this.current?.lost();
    this.current = connection;
    return true;
  }

  cut(): void {
    this.world.note('link cut');
    this.current?.cut();
  }

  /**
   * Frames that had been sent arrive. The gateway's system closes the connection; without power the cloud must detect
   * it.
   */
  gatewayGone(power: boolean): void {
    const { current } = this;
    this.world.after(power ? keepAliveMs * 1.5 : this.latency(), () => current?.lost());
  }

  cloudGone(): void {
    this.current?.lost();
  }

  /** Makes the connection half-open. */
  silence(): void {
    this.current?.silence(keepAliveMs);
  }
}
