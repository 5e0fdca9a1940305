/**
 * Pace (test/load/pace): how many messages may be sent now, and when a run has stalled. It only counts and waits;
 * ../mqtt sends.
 */
import type { LoadConnection } from '../mqtt/connection.ts';
import type { FullLoadOptions } from '../options.ts';
import type { Budget } from './budget.ts';

/** Slots of a connection at QoS 0: half of them are filled while the other half is written. */
export const qos0Window = 128;
/** Short, so that a simulated sensor is late by no more than a real one's own timer. */
const rateTickMs = 1;

export interface PaceListener {
  /** Messages were sent that nothing will acknowledge. */
  moved(nowMs: number): void;
  /** No message is left to send. */
  usedUp(): void;
}

/**
 * Decides when messages are sent: when acknowledgements free slots, at QoS 0 when sockets accept them, or at a rate.
 */
export class Pace {
  readonly #connections: readonly LoadConnection[];
  readonly #budget: Budget;
  readonly #options: Pick<FullLoadOptions, 'qos' | 'rate' | 'clock'>;
  readonly #listener: PaceListener;
  #sending = false;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  constructor(
    connections: readonly LoadConnection[],
    budget: Budget,
    options: Pick<FullLoadOptions, 'qos' | 'rate' | 'clock'>,
    listener: PaceListener,
  ) {
    this.#connections = connections;
    this.#budget = budget;
    this.#options = options;
    this.#listener = listener;
  }

  begin(): void {
    this.#sending = true;
    if (this.#options.rate > 0) this.#timer = setInterval(() => this.#tick(), rateTickMs);
    else if (this.#options.qos === 0) this.#pumpQos0();
    else this.fillAll();
  }

  end(): void {
    this.#sending = false;
    clearInterval(this.#timer);
  }

  /** Sends on a connection that has free slots again. */
  fill(connection: LoadConnection, nowMs: number): void {
    if (!this.#sending || this.#options.rate > 0) return;
    const left = this.#budget.left(nowMs);
    if (left <= 0) {
      this.#listener.usedUp();
      return;
    }
    const wallMs = this.#options.clock.nowMs();
    this.#budget.sent += connection.send(Math.min(left, connection.room), wallMs, nowMs);
  }

  fillAll(): void {
    if (this.#options.qos === 0) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (const connection of this.#connections) this.fill(connection, nowMs);
  }

  /** Writes one chunk to every connection whose last chunk is written, then lets the sockets work. */
  #pumpQos0(): void {
    if (!this.#sending) return;
    const nowMs = this.#options.clock.monotonicMs();
    const wallMs = this.#options.clock.nowMs();
    for (const connection of this.#connections) {
      const left = this.#budget.left(nowMs);
      if (left <= 0) {
        this.#listener.usedUp();
        return;
      }
      if (connection.room < qos0Window / 2) continue;
      this.#budget.sent += connection.send(Math.min(left, qos0Window / 2), wallMs, nowMs);
      this.#listener.moved(nowMs);
    }
    setImmediate(() => this.#pumpQos0());
  }

  /** With a rate: sends the messages that are due, one per connection in turn, where a slot is free. */
  #tick(): void {
    const { clock, qos } = this.#options;
    const nowMs = clock.monotonicMs();
    const left = this.#budget.left(nowMs);
    if (left <= 0) {
      this.#listener.usedUp();
      return;
    }
    const count = Math.min(this.#budget.due(nowMs), left);
    const wallMs = clock.nowMs();
    let tried = 0;
    for (let done = 0; done < count && tried < this.#connections.length; ) {
      const connection = this.#connections[this.#next]!;
      this.#next = (this.#next + 1) % this.#connections.length;
      const sent = connection.send(1, wallMs, this.#budget.nextDueAtMs);
      tried = sent === 0 ? tried + 1 : 0;
      this.#budget.sent += sent;
      done += sent;
      if (sent > 0 && qos === 0) this.#listener.moved(nowMs);
    }
  }
}
