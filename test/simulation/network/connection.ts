/** One connection of the gateway's uplink to the cloud. Frames arrive in order, and none arrives after a lost one. */
import type { Sender } from '../../../cloud/ports/log.ts';
import { BatchRefused, type CloudLink } from '../../../gateway/ports/uplink.ts';
import { decodeBatch } from '../../../shared/contract/batch.ts';
import { isBatchRefusal } from '../../../shared/contract/batch-refusal.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import type { GatewayConnection, SimulatedCloud } from '../cloud/cloud.ts';
import type { Ledger } from '../world/ledger.ts';
import { momentMs, type Process, type World } from '../world/world.ts';

/** How long an event may wait on disk while readings are sent on the same connection. */
const eventWaitMsMax = 500;

export interface LinkRules {
  inFlightMax: number;
  /** When the oldest durable event that was not sent on this connection became durable; null if there is none. */
  eventWaitingSinceMs(sentSeq: number): number | null;
  /**
   * The last seq of the newest events that the cloud has refused, until these or later ones are confirmed; else 0. They
   * delay no other lane meanwhile, over a new connection too.
   */
  refusedEventsSeq: number;
}

/** The network that carries a connection. */
export interface Carrier {
  /** Range that delays are drawn from. */
  readonly delayMs: readonly [from: number, to: number];
  readonly bytesPerMs: number;
  framesLost: number;
  /** Draws the delay of one transmission, in ms. */
  latency(): number;
  /** The frame as it arrives: the same, or with a bit flipped. */
  carried(frame: Buffer): Buffer;
  /** True once both ends are connected. */
  open(connection: Connection, process: Process): Promise<boolean>;
}

interface Sending {
  reject(error: Error): void;
  resolve(): void;
}

export class Connection implements CloudLink, GatewayConnection {
  readonly closed: Promise<void>;
  /** The cloud's end. */
  readonly sender: Sender;
  private readonly atCloud = new AbortController();
  private readonly inProgress = new Map<Lane, Set<Sending>>();
  private readonly sentSeq = { events: 0, estimates: 0, readings: 0 };
  /** Events can be sent since then: the connection was made, or the cloud accepted events that it had refused. */
  private openedMs = 0;
  private state: 'new' | 'open' | 'silent' | 'broken' | 'closed' = 'new';
  /** When the wire is free for the next frame, and when the last frame arrives. */
  private wireFreeMs = 0;
  private lastArrivalMs = 0;
  private lastAckMs = 0;
  /** Whether a frame did not arrive: then no later frame arrives either. */
  private hasGap = false;
  private markClosed: () => void = () => undefined;

  private readonly network: Carrier;
  private readonly process: Process;
  private readonly rules: LinkRules;
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly cloud: SimulatedCloud;

  constructor(
    network: Carrier,
    process: Process,
    rules: LinkRules,
    world: World,
    ledger: Ledger,
    cloud: SimulatedCloud,
  ) {
    this.network = network;
    this.process = process;
    this.rules = rules;
    this.world = world;
    this.ledger = ledger;
    this.cloud = cloud;
    this.closed = new Promise((resolve) => {
      this.markClosed = resolve;
    });
    this.sender = { signal: this.atCloud.signal, giveUp: () => this.lost(), survives: isBatchRefusal };
  }

  async connect(signal: AbortSignal): Promise<void> {
    const isOpen = await this.network.open(this, this.process);
    if (!isOpen || signal.aborted || this.state !== 'new') throw new Error('simulated: no connection');
    this.state = 'open';
    this.openedMs = this.world.nowMs;
    this.world.note('link connected');
  }

  send(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void> {
    if (this.state !== 'open' && this.state !== 'silent')
      return Promise.reject(new Error('simulated: not connected'));
    const { header } = decodeBatch(frame);
    const lastSeq = header.blocks.at(-1)!.seq;
    // A batch that is redriven is older than what the lane has sent.
    this.sentSeq[lane] = Math.max(this.sentSeq[lane], lastSeq);
    this.world.note(`send ${lane} ${header.blocks[0]!.seq}…${lastSeq} (${frame.length} bytes)`);
    if (lane === 'readings') this.checkEventsFirst();
    return new Promise((resolve, reject) => {
      const forget = () => {
        inLane.delete(sending);
        reject(new Error('simulated: forgotten'));
      };
      const settled = () => signal.removeEventListener('abort', forget);
      const sending = {
        resolve: () => {
          settled();
          resolve();
        },
        reject: (error: Error) => {
          settled();
          reject(error);
        },
      };
      signal.addEventListener('abort', forget, { once: true });
      const inLane = this.inProgress.get(lane) ?? new Set();
      this.inProgress.set(lane, inLane.add(sending));
      // A refused batch that is redriven comes beside those of the lane.
      const redriven = this.cloud.refused > 0 ? 1 : 0;
      if (inLane.size > this.rules.inFlightMax + redriven) {
        this.ledger.broken('batches in flight are bounded', `${inLane.size} of ${lane}`);
      }
      this.transmit(frame.length, () => {
        const carried = this.network.carried(frame);
        if (carried === frame) this.cloud.operations.noteReceived(header);
        this.cloud.receive(this, lane, carried, {
          acknowledge: () => this.answer(inLane, sending, () => this.confirmed(lane, lastSeq, sending)),
          refuse: (code, reason) =>
            this.answer(inLane, sending, () => {
              if (lane === 'events')
                this.rules.refusedEventsSeq = Math.max(this.rules.refusedEventsSeq, lastSeq);
              sending.reject(new BatchRefused(code, reason));
            }),
        });
      });
    });
  }

  /** Closes the gateway's end immediately; the cloud learns of it later. */
  async close(): Promise<void> {
    const wasReachable = this.state === 'open' || this.state === 'new';
    this.end('closed');
    if (wasReachable) this.world.after(this.network.latency(), () => this.atCloud.abort());
  }

  /** Cuts the connection. Each side detects it in its own time. */
  cut(): void {
    if (this.state !== 'open' && this.state !== 'silent') return;
    this.state = 'broken';
    this.noticeAtGateway(this.network.latency() * 10);
    this.world.after(this.network.latency() * 10, () => this.atCloud.abort());
  }

  silence(noticeMs: number): void {
    if (this.state !== 'open') return;
    this.state = 'silent';
    this.hasGap = true;
    this.noticeAtGateway(noticeMs);
    this.world.after(noticeMs * 1.5, () => this.atCloud.abort());
  }

  /** Called when the cloud has crashed or gave this connection up. */
  lost(): void {
    this.atCloud.abort();
    if (this.state === 'open') this.noticeAtGateway(this.network.latency());
    if (this.state === 'open' || this.state === 'new') this.state = 'broken';
  }

  private transmit(bytes: number, arrived: () => void): void {
    const { network, world } = this;
    const startMs = Math.max(world.nowMs, this.wireFreeMs);
    this.wireFreeMs = startMs + bytes / network.bytesPerMs;
    this.lastArrivalMs = Math.max(this.lastArrivalMs + momentMs, this.wireFreeMs + network.latency());
    const sentWhole = this.wireFreeMs;
    world.after(this.lastArrivalMs - world.nowMs, () => {
      // Frames sent completely before the cut arrive, if the other end still exists; the last one was cut in two.
      const isThere =
        this.state === 'open' || (this.state === 'broken' && world.nowMs - sentWhole < network.delayMs[1]);
      this.hasGap ||= !isThere || this.atCloud.signal.aborted;
      if (this.hasGap) network.framesLost++;
      else arrived();
    });
  }

  private confirmed(lane: Lane, lastSeq: number, sending: Sending): void {
    const { rules } = this;
    if (lane === 'events' && rules.refusedEventsSeq > 0 && lastSeq >= rules.refusedEventsSeq) {
      rules.refusedEventsSeq = 0;
      this.openedMs = this.world.nowMs;
    }
    sending.resolve();
  }

  private answer(inLane: Set<Sending>, sending: Sending, tell: () => void): void {
    const { world } = this;
    this.lastAckMs = Math.max(this.lastAckMs + momentMs, world.nowMs + this.network.latency());
    world.after(this.lastAckMs - world.nowMs, () => {
      if (this.state !== 'open' || !this.process.alive) return;
      if (inLane.delete(sending)) tell();
    });
  }

  private noticeAtGateway(afterMs: number): void {
    this.world.after(afterMs, () => this.end('broken'));
  }

  private end(state: 'broken' | 'closed'): void {
    if (this.state === 'closed') return;
    this.state = state;
    if (!this.process.alive) return;
    for (const inLane of this.inProgress.values()) {
      for (const { reject } of inLane) reject(new Error('simulated: connection lost'));
      inLane.clear();
    }
    this.markClosed();
  }

  /** Checks that no readings are sent while an event waits that could be sent. */
  private checkEventsFirst(): void {
    const since = this.rules.eventWaitingSinceMs(
      Math.max(this.sentSeq.events, this.cloud.operations.newestWatermark('events')),
    );
    if (since === null || this.state !== 'open' || this.rules.refusedEventsSeq > 0) return;
    const waitedMs = this.world.nowMs - Math.max(since, this.openedMs);
    if (waitedMs > eventWaitMsMax) {
      this.ledger.broken(
        'events are sent before readings',
        `an event waited ${Math.round(waitedMs)} ms while readings were sent`,
      );
    }
  }
}
