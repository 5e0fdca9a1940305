/** The connection of a gateway to the cloud: in order, with a delay, and gone with everything under way when it is cut. */
import type { Client } from 'aedes';
import { BatchRefused, type CloudLink } from '../../../../gateway/ports/uplink.ts';
import type { CloudHandlers } from '../../../../gateway/uplink/link/mqtt-link.ts';
import { parseEnded } from '../../../../shared/contract/alerts/ended-in-cloud.ts';
import { type Greeting, readGreeting } from '../../../../shared/contract/greeting.ts';
import type { Lane } from '../../../../shared/contract/lanes.ts';
import { desiredTopic, endedTopic, greetingTopic } from '../../../../shared/contract/topics.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { between, momentMs, type Process, type World } from '../../world/world.ts';
import type { GatewayLink, TellingCloud } from './cloud.ts';

/** The line of a gateway, over which all of its links go. */
export class Line {
  isUp = true;
  delayMs: [from: number, to: number] = [1, 40];
  /** Share of the messages beside batches that come twice. */
  readonly twiceShare = 0.1;
  readonly random: Random;
  current: Link | null = null;

  constructor(random: Random) {
    this.random = random;
  }

  cut(): void {
    this.current?.end();
  }
}

interface LinkParts {
  gateway: string;
  instance: string;
  line: Line;
  cloud: TellingCloud;
  process: Process;
  world: World;
  handlers: CloudHandlers;
}

export class Link implements CloudLink, GatewayLink {
  readonly closed: Promise<void>;
  readonly gateway: string;
  readonly instance: string;
  readonly address = '10.0.0.1';
  /** As the cloud's parts know a connection. */
  readonly client: Client;
  private readonly parts: LinkParts;
  private readonly atCloud = new AbortController();
  private readonly underWay = new Set<(error: Error) => void>();
  private markClosed: () => void = () => undefined;
  private isOpen = false;
  private greeting: Greeting | null = null;
  private arrivalMs = { up: 0, down: 0 };

  constructor(parts: LinkParts) {
    this.parts = parts;
    this.gateway = parts.gateway;
    this.instance = parts.instance;
    this.closed = new Promise((resolve) => {
      this.markClosed = resolve;
    });
    const publish = ({ topic, payload }: { topic: string; payload: Buffer }) =>
      this.fromCloud(topic, payload);
    this.client = { publish } as unknown as Client;
  }

  get signal(): AbortSignal {
    return this.atCloud.signal;
  }

  giveUp(): void {
    this.end();
  }

  survives(): boolean {
    return true;
  }

  async connect(signal: AbortSignal): Promise<void> {
    const { line, process, cloud } = this.parts;
    await process.pause(2 * between(line.random, ...line.delayMs));
    if (signal.aborted || !line.isUp || !cloud.isUp) throw new Error('simulated: no connection');
    line.current = this;
    this.isOpen = true;
    cloud.connected(this);
    await new Promise<void>((resolve, reject) => {
      this.underWay.add(reject);
      this.greeted = () => {
        this.underWay.delete(reject);
        resolve();
      };
    });
  }

  private greeted: () => void = () => undefined;

  get cloudTimeMs(): number | null {
    return this.greeting?.timeMs ?? null;
  }

  send(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void> {
    if (!this.isOpen) return Promise.reject(new Error('simulated: not connected'));
    return new Promise((resolve, reject) => {
      const forget = () => fail(new Error('simulated: forgotten'));
      const fail = (error: Error) => {
        this.underWay.delete(fail);
        signal.removeEventListener('abort', forget);
        reject(error);
      };
      const answer = (tell: () => void) =>
        this.carry('down', () => {
          this.underWay.delete(fail);
          signal.removeEventListener('abort', forget);
          tell();
        });
      this.underWay.add(fail);
      signal.addEventListener('abort', forget, { once: true });
      this.carry('up', () =>
        this.parts.cloud.receive(this, lane, frame, {
          acknowledge: () => answer(resolve),
          refuse: (code, reason) => answer(() => reject(new BatchRefused(code, reason))),
        }),
      );
    });
  }

  sayFleet(message: Buffer): void {
    if (!this.greeting?.hearsFleet) return;
    this.maybeTwice(() => this.carry('up', () => this.parts.cloud.heardFleet(this, message)));
  }

  async close(isLast = false): Promise<void> {
    if (isLast && this.isOpen) this.parts.cloud.stopped(this);
    this.end();
  }

  /** It is gone for both sides; the process of the gateway may be gone too. */
  end(): void {
    if (!this.isOpen) return this.markClosed();
    const { line, cloud } = this.parts;
    this.isOpen = false;
    if (line.current === this) line.current = null;
    this.atCloud.abort();
    cloud.disconnected(this);
    for (const fail of [...this.underWay]) fail(new Error('simulated: connection lost'));
    this.markClosed();
  }

  private fromCloud(topic: string, payload: Buffer): void {
    const { handlers, gateway } = this.parts;
    this.maybeTwice(() =>
      this.carry('down', () => {
        if (topic === endedTopic(gateway)) handlers.ended?.(parseEnded(payload));
        if (topic === desiredTopic(gateway)) handlers.fleet?.(payload);
        if (topic !== greetingTopic(gateway)) return;
        this.greeting = readGreeting(payload);
        this.greeted();
        if (this.greeting.hearsFleet) handlers.fleet?.(null);
      }),
    );
  }

  private maybeTwice(carry: () => void): void {
    const { line } = this.parts;
    carry();
    if (line.random.next() < line.twiceShare) carry();
  }

  private carry(way: 'up' | 'down', arrive: () => void): void {
    const { line, world, process } = this.parts;
    const atMs = world.nowMs + between(line.random, ...line.delayMs);
    this.arrivalMs[way] = Math.max(this.arrivalMs[way] + momentMs, atMs);
    world.after(this.arrivalMs[way] - world.nowMs, () => {
      if (this.isOpen && process.alive) arrive();
    });
  }
}
