/**
 * The load generator's MQTT (test/load/mqtt): connections and payloads, written for speed in place of a client
 * library. It has the few packets that a publisher needs (wire.ts) and no more.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { backoffMs } from '../../../shared/runtime/backoff.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import type { MachineLedger } from '../record/ledger.ts';
import { FreeSlots, type Slots } from './slots.ts';
import { AckScanner, connectPacket, disconnect, packetType, pingRequest } from './wire.ts';

export interface ConnectionOptions {
  host: string;
  port: number;
  clientId: string;
  clean: boolean;
  username?: string | undefined;
  password?: string | undefined;
  qos: 0 | 1;
  /**
   * Number of slots: at QoS 1 the in-flight window; at QoS 0 half of them are filled while the other half is written.
   */
  window: number;
  reconnect: boolean;
  /** Speaks MQTT 5, and not 3.1.1. */
  mqtt5?: boolean | undefined;
  /** Speaks TLS, with a certificate of this authority (PEM). */
  tlsCa?: string | undefined;
  clock: Clock;
}

/** Notifications of a connection to the generator. */
export interface ConnectionListener {
  ready(): void;
  /** Slots have become free; `acked` messages were acknowledged since the last call. */
  writable(connection: LoadConnection, acked: number): void;
  pong(): void;
  /** The connection is lost. It reconnects by itself if `error` is absent. */
  lost(error?: Error): void;
}

/** Receives every acknowledgement. `sentAtMs` is the clock's monotonic time. */
export interface LatencySink {
  add(latencyMs: number, sentAtMs: number): void;
}

/** The only CONNACK refusal that is temporary. */
const serverUnavailable = [3, 0x88, 0x89];
const retry = { firstMs: 50, maxMs: 1_000 };
/** Arriving bytes are scanned at once, so all connections read into one buffer. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/**
 * One sensor: a socket, its slots, and its ledger. The free slots are a ring, so that runs of slots are written at
 * once.
 */
export class LoadConnection {
  readonly ledger: MachineLedger;
  readonly #options: ConnectionOptions;
  readonly #slots: Slots;
  readonly #latency: LatencySink;
  readonly #listener: ConnectionListener;
  readonly #scanner = new AckScanner((type, value) => this.#packet(type, value));
  readonly #seqOf: Float64Array;
  readonly #sentAtMs: Float64Array;
  readonly #inFlight: Uint8Array;
  readonly #free: FreeSlots;
  #socket: Socket | null = null;
  #ready = false;
  #closing = false;
  #attempt = 0;
  #acked = 0;
  #receivedAtMs = 0;
  #refused: Error | undefined;
  resent = 0;
  bytesSent = 0;
  reconnects = 0;

  constructor(
    options: ConnectionOptions,
    slots: Slots,
    ledger: MachineLedger,
    latency: LatencySink,
    listener: ConnectionListener,
  ) {
    this.#options = options;
    this.#slots = slots;
    this.ledger = ledger;
    this.#latency = latency;
    this.#listener = listener;
    this.#seqOf = new Float64Array(options.window);
    this.#sentAtMs = new Float64Array(options.window);
    this.#inFlight = new Uint8Array(options.window);
    this.#free = new FreeSlots(options.window);
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Number of messages that could be sent now. */
  get room(): number {
    return this.#ready ? this.#free.count : 0;
  }

  connect(): void {
    const { clientId, clean, mqtt5, tlsCa } = this.#options;
    this.#scanner.reset();
    const socket = tlsCa === undefined ? this.#openPlain() : this.#openTls(tlsCa);
    this.#socket = socket;
    socket.on(tlsCa === undefined ? 'connect' : 'secureConnect', () =>
      socket.write(connectPacket(clientId, clean, this.#options, mqtt5 ? 5 : 4)),
    );
    socket.on('error', (error) => {
      this.#refused ??= error;
    });
    socket.on('close', () => this.#closed());
  }

  #openPlain(): Socket {
    const { host, port } = this.#options;
    const callback = (length: number) => {
      this.#received(readBuffer, length);
      return true;
    };
    return connect({ host, port, noDelay: true, onread: { buffer: readBuffer, callback } });
  }

  #openTls(ca: string): Socket {
    const { host, port } = this.#options;
    const socket = connectTls({ host, port, ca: [ca], checkServerIdentity: () => undefined });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#received(bytes, bytes.length));
    return socket;
  }

  /** Fills and writes up to `count` free slots. Returns their number. Latencies count from `sentAtMs` (monotonic). */
  send(count: number, nowMs: number, sentAtMs: number): number {
    const batch = Math.min(count, this.room);
    if (batch <= 0) return 0;
    let runStart = this.#free.next;
    let runLength = 0;
    this.#socket!.cork();
    for (let i = 0; i < batch; i++) {
      const slot = this.#free.take();
      const seq = this.ledger.next++;
      this.#slots.fill(slot, seq, nowMs);
      this.#seqOf[slot] = seq;
      this.#sentAtMs[slot] = sentAtMs;
      this.#inFlight[slot] = 1;
      if (slot === runStart + runLength) runLength++;
      else {
        this.#write(runStart, runLength);
        runStart = slot;
        runLength = 1;
      }
    }
    this.#write(runStart, runLength);
    this.#socket!.uncork();
    return batch;
  }

  /** Requests a PINGRESP: when it arrives, the broker has read everything sent before. */
  ping(): void {
    if (this.#ready) this.#socket!.write(pingRequest);
  }

  close(): void {
    this.#closing = true;
    if (this.#ready) this.#socket?.end(disconnect);
    this.#ready = false;
    this.#socket?.destroySoon();
  }

  #giveBack(slot: number): void {
    this.#inFlight[slot] = 0;
    this.#free.giveBack(slot);
  }

  #write(from: number, count: number): void {
    const bytes = this.#slots.bytes(from, count);
    this.bytesSent += bytes.length;
    if (this.#options.qos === 1) {
      this.#socket!.write(bytes);
      return;
    }
    this.#socket!.write(bytes, () => {
      for (let slot = from; slot < from + count; slot++) this.#giveBack(slot);
    });
  }

  #received(bytes: Uint8Array, length: number): void {
    this.#receivedAtMs = this.#options.clock.monotonicMs();
    try {
      this.#scanner.push(bytes, length);
    } catch (error) {
      this.#socket?.destroy(error as Error);
      return;
    }
    if (this.#acked === 0) return;
    const acked = this.#acked;
    this.#acked = 0;
    this.#listener.writable(this, acked);
  }

  #packet(type: number, value: number): void {
    if (type === packetType.puback) this.#puback(value - 1);
    else if (type === packetType.pingresp) this.#listener.pong();
    else if (type === packetType.connack) this.#connack(value & 0xff);
  }

  #puback(slot: number): void {
    if (this.#inFlight[slot] !== 1) return;
    this.ledger.ack(this.#seqOf[slot]!);
    const sentAtMs = this.#sentAtMs[slot]!;
    this.#latency.add(this.#receivedAtMs - sentAtMs, sentAtMs);
    this.#giveBack(slot);
    this.#acked++;
  }

  #connack(code: number): void {
    if (code !== 0) {
      const message = `the broker refused ${this.#options.clientId} with MQTT return code ${code}`;
      this.#refused = new HarbingerError('LOAD_REFUSED', 'cli', message);
      this.#closing = !serverUnavailable.includes(code);
      this.#socket?.destroy();
      return;
    }
    this.#ready = true;
    this.#attempt = 0;
    this.#refused = undefined;
    this.#resend();
    this.#listener.ready();
  }

  /** Resends everything unacknowledged in order, marked as a duplicate, as a real client does after a loss. */
  #resend(): void {
    if (this.#options.qos === 0) return;
    const slots = [...this.#inFlight.keys()].filter((slot) => this.#inFlight[slot] === 1);
    slots.sort((a, b) => this.#seqOf[a]! - this.#seqOf[b]!);
    this.#socket!.cork();
    for (const slot of slots) {
      this.#slots.markResent(slot);
      this.#write(slot, 1);
    }
    this.#socket!.uncork();
    this.resent += slots.length;
  }

  #closed(): void {
    const wasReady = this.#ready;
    this.#ready = false;
    this.#socket = null;
    const again = this.#options.reconnect && !this.#closing;
    if (!again) {
      this.#listener.lost(this.#refused ?? new Error('the connection was closed'));
      return;
    }
    if (wasReady) this.reconnects++;
    const delayMs = backoffMs(this.#attempt++, retry, systemRandom);
    this.#options.clock.setTimer(delayMs, () => {
      if (!this.#closing) this.connect();
    });
    this.#listener.lost();
  }
}
