/**
 * The sensor's side of store-and-forward: publishes at QoS 1 with a bounded number of messages in flight.
 * After a lost connection it resends all unacknowledged messages in order, marked as duplicates, before any
 * new one.
 */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { type MqttAddress, mqttAddress } from '../../shared/mqtt/address.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep, systemClock } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { type Random, systemRandom } from '../../shared/runtime/random.ts';

export interface PublisherOptions {
  /** URL with mqtt:, mqtts:, ws: or wss:. */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  clientId: string;
  /** Certificate of the authority that signed the broker's, PEM. */
  ca?: Buffer | undefined;
  /** Largest number of unacknowledged messages; `publish` waits while it is reached. */
  inFlightMax: number;
  /**
   * How long to go on without a connection, or with lost connections and no acknowledgement, before giving
   * up.
   */
  patienceMs: number;
  /**
   * The patience until the first connection, because an address that never answered is more likely wrong than
   * temporarily unreachable. Default: 30 s, or `patienceMs` if that is shorter.
   */
  firstPatienceMs?: number;
  clock?: Clock;
  random?: Random;
}

export interface PublisherCounts {
  sent: number;
  acked: number;
  resent: number;
  reconnects: number;
}

interface Pending {
  topic: string;
  payload: string;
  acked: (() => void) | undefined;
}

const retry = { firstMs: 100, maxMs: 5_000 };
const firstPatienceMsDefault = 30_000;
const connackMsMax = 10_000;
const closeMsMax = 2_000;
/** CONNACK return codes that a retry does not change: protocol, client id, credentials, authorisation. */
const refusals = new Set([1, 2, 4, 5]);

export class Publisher {
  readonly counts: PublisherCounts = { sent: 0, acked: 0, resent: 0, reconnects: 0 };
  readonly #options: PublisherOptions;
  readonly #address: MqttAddress;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Unacknowledged messages in the order in which they were sent. */
  readonly #pending = new Set<Pending>();
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  #client: MqttClient | null = null;
  #connected = false;
  #everConnected = false;
  #failure: HarbingerError | null = null;
  #movedAtMs = 0;
  #lostAtMs = 0;
  #problem = 'no answer yet';
  #ended: Promise<void> = Promise.resolve();

  /** @throws HarbingerError MQTT_ADDRESS */
  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#address = mqttAddress(options.url);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Says for how long there has been no connection, why, and what to do; null while there is one, and after the end. */
  get outage(): string | null {
    if (this.#connected || this.#stopping.signal.aborted) return null;
    return this.#outageOf(this.#clock.monotonicMs() - this.#lostAtMs);
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Starts connecting, and reconnects for as long as the patience allows. */
  start(): void {
    this.#movedAtMs = this.#clock.monotonicMs();
    this.#lostAtMs = this.#movedAtMs;
    this.#ended = this.#keepConnected();
  }

  /**
   * Takes the message as soon as fewer than `inFlightMax` messages are in flight; `acked` is called on its
   * acknowledgement. Resolves to false if `signal` aborts first.
   * @throws HarbingerError MQTT_REFUSED, MQTT_UNREACHABLE, MQTT_NOT_ACKNOWLEDGED
   */
  async publish(topic: string, payload: string, signal?: AbortSignal, acked?: () => void): Promise<boolean> {
    const room = () => this.#connected && this.#pending.size < this.#options.inFlightMax;
    if (!room() && !(await this.#until(room, signal))) return false;
    const message = { topic, payload, acked };
    this.#pending.add(message);
    this.counts.sent++;
    this.#send(message, false);
    return true;
  }

  /**
   * Resolves to true when everything is acknowledged, to false if `signal` aborts first. Throws as `publish`
   * does.
   */
  drained(signal?: AbortSignal): Promise<boolean> {
    return this.#until(() => this.#pending.size === 0, signal);
  }

  /** Disconnects and forgets messages that are not acknowledged by then. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#ended;
  }

  async #until(condition: () => boolean, signal?: AbortSignal): Promise<boolean> {
    while (true) {
      if (this.#failure) throw this.#failure;
      if (signal?.aborted || this.#stopping.signal.aborted) return false;
      if (condition()) return true;
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiting.delete(done);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal?.addEventListener('abort', done, { once: true });
      });
    }
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  async #keepConnected(): Promise<void> {
    let attempt = 0;
    while (!this.#stopping.signal.aborted && !this.#failure) {
      const ackedBefore = this.counts.acked;
      this.#problem = (await this.#oneConnection()) ?? this.#problem;
      if (this.#stopping.signal.aborted || this.#failure) break;
      if (this.#clock.monotonicMs() - this.#movedAtMs > this.#patienceMs()) this.#giveUp();
      else {
        attempt = this.counts.acked > ackedBefore ? 0 : attempt + 1;
        const delayMs = backoffMs(attempt, retry, this.#random);
        await sleep(this.#clock, delayMs, this.#stopping.signal);
      }
    }
  }

  /** Resolves when the connection failed or ended, with the reason if there is one. */
  #oneConnection(): Promise<string | undefined> {
    const { username, password, clientId } = this.#options;
    const login: IClientOptions = {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
    const client = connect({
      ...this.#address,
      ...(this.#options.ca && { ca: this.#options.ca }),
      ...login,
      clientId,
      reconnectPeriod: 0,
      connectTimeout: connackMsMax,
      keepalive: 15,
      resubscribe: false,
    });
    this.#client = client;
    let problem: string | undefined;
    return new Promise((resolve) => {
      const end = () => client.end(true);
      const stop = () => {
        client.end(!this.#connected);
        this.#clock.setTimer(closeMsMax, end);
      };
      this.#stopping.signal.addEventListener('abort', stop, { once: true });
      if (this.#stopping.signal.aborted) stop();
      client.on('connect', () => this.#onConnect());
      client.on('error', (error) => {
        problem = messageOf(error) || codeOf(error) || 'no connection';
        if ('code' in error && refusals.has(Number(error.code))) this.#refuse(problem);
        end();
      });
      client.once('close', () => {
        this.#stopping.signal.removeEventListener('abort', stop);
        if (this.#connected) this.#onLost();
        this.#client = null;
        end();
        resolve(problem);
      });
    });
  }

  #onConnect(): void {
    this.#connected = true;
    this.#everConnected = true;
    if (this.counts.sent > 0) this.counts.reconnects++;
    else this.#movedAtMs = this.#clock.monotonicMs();
    this.counts.resent += this.#pending.size;
    for (const message of this.#pending) this.#send(message, true);
    this.#wake();
  }

  #onLost(): void {
    this.#connected = false;
    this.#lostAtMs = this.#clock.monotonicMs();
    this.#problem = 'the connection was closed';
  }

  #send(message: Pending, dup: boolean): void {
    this.#client?.publish(message.topic, message.payload, { qos: 1, dup }, (error) => {
      // Without an acknowledgement it stays pending, and the next connection resends it.
      if (error || !this.#pending.delete(message)) return;
      this.counts.acked++;
      this.#movedAtMs = this.#clock.monotonicMs();
      message.acked?.();
      this.#wake();
    });
  }

  #refuse(problem: string): void {
    const message = `${withoutLogin(this.#options.url)} refused the connection: ${problem}; check user and password`;
    this.#fail(new HarbingerError('MQTT_REFUSED', 'cli', message));
  }

  #patienceMs(): number {
    const { patienceMs, firstPatienceMs = Math.min(patienceMs, firstPatienceMsDefault) } = this.#options;
    return this.#everConnected ? patienceMs : firstPatienceMs;
  }

  #giveUp(): void {
    const [code, what] =
      this.#pending.size > 0 && this.counts.reconnects > 0
        ? ['MQTT_NOT_ACKNOWLEDGED', this.#standstill()]
        : ['MQTT_UNREACHABLE', this.#outageOf(this.#patienceMs())];
    this.#fail(new HarbingerError(code, 'cli', what, { retry: true }));
  }

  #standstill(): string {
    const seconds = Math.round(this.#patienceMs() / 1_000);
    return `${withoutLogin(this.#options.url)} has acknowledged nothing for ${seconds} s (${this.#problem})`;
  }

  #outageOf(ms: number): string {
    const url = withoutLogin(this.#options.url);
    const seconds = Math.round(ms / 1_000);
    return `no connection to ${url} for ${seconds} s (${this.#problem}): start the gateway there, or give its address`;
  }

  #fail(error: HarbingerError): void {
    this.#failure = error;
    this.#wake();
  }
}

function withoutLogin(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
