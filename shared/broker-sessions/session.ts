/**
 * Sessions at brokers of others (shared/broker-sessions): subscriptions whose messages are acknowledged only when they are
 * stored, over connections that are made again when they end. MQTT.js cannot do it: it acknowledges QoS 2 before it hands a
 * message over, and at QoS 1 it handles one message at a time. The broker of sensors is in gateway/sources/mqtt.
 */
import type { IConnackPacket, IConnectPacket, ISubscription } from 'mqtt-packet';
import { disablePacketNumberCache } from '../mqtt/packet-numbers.ts';
import { type BackoffOptions, backoffMs } from '../runtime/backoff.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { Link, type LinkHandlers } from './link.ts';
import { brokenError, openStream } from './open-stream.ts';
import { refusalText } from './remedies.ts';
import type { BrokerSettings } from './settings.ts';
import { Unreleased } from './unreleased.ts';

export interface SessionOptions {
  settings: BrokerSettings;
  /** The table of the settings, for messages: `mqtt-client.brokers[0]`. */
  key: string;
  clientId: string;
  /** The broker forgets everything of this client at each connection. */
  clean: boolean;
  /** How long the broker keeps the session, where it can be told (MQTT 5). */
  expiryS: number;
  subscriptions: readonly { filter: string; qos: 0 | 1 | 2 }[];
  /** The message that the broker publishes when the connection ends without a word; asked for each connection. */
  will?(): { topic: string; payload: Buffer };
}

export interface SessionHandlers extends LinkHandlers {
  /** Returns true if this very session of the broker has the subscriptions already. */
  hasSubscribed?(): boolean;
  /** Filters to which the broker's session may be subscribed still, although they are not wanted any more. */
  unwanted?(): string[];
  /** The subscriptions are made; `refused` has those that the broker did not take. */
  subscribed?(refused: readonly string[]): void;
  /** The connection is there, and subscribed. */
  opened?(): void;
  closed?(): void;
}

export interface SessionStats {
  connected: boolean;
  /** When the connection was lost, or the first one tried; null while it is there. */
  lostSinceMs: number | null;
  /** Why it is not connected, or what the broker refuses; empty if all is well. */
  problem: string;
  connections: number;
  pending: number;
}

export interface SessionDeps {
  clock: Clock;
  random: Random;
  log: Log;
}

const reconnect: BackoffOptions = { firstMs: 500, maxMs: 30_000 };
const inFlightBytesMax = 8 << 20;
const refusedFrom = 128;

/** Keeps one session at one broker, for as long as the gateway runs. */
export class BrokerSession {
  private readonly options: SessionOptions;
  private readonly handlers: SessionHandlers;
  private readonly deps: SessionDeps;
  private readonly unreleased = new Unreleased();
  private readonly stopping = new AbortController();
  private link: Link | null = null;
  private isReady = false;
  private problem = '';
  private connections = 0;
  private lostSinceMs: number;

  constructor(options: SessionOptions, handlers: SessionHandlers, deps: SessionDeps) {
    this.options = options;
    this.handlers = handlers;
    this.deps = deps;
    this.lostSinceMs = deps.clock.nowMs();
  }

  /** Runs until `stop` is called. Never rejects. */
  async run(): Promise<void> {
    disablePacketNumberCache();
    const { clock, random, log } = this.deps;
    const { signal } = this.stopping;
    const { name, url } = this.options.settings;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const begunMs = clock.monotonicMs();
      const problem = await this.connection().catch(messageOf);
      if (signal.aborted) return;
      if (this.isReady) this.lostSinceMs = clock.nowMs();
      if (this.isReady && clock.monotonicMs() - begunMs > reconnect.maxMs) attempt = 0;
      this.isReady = false;
      this.handlers.closed?.();
      if (problem !== this.problem)
        log.warn({ broker: name, url }, `no connection to the broker; it will be tried again: ${problem}`);
      this.problem = problem;
      await sleep(clock, backoffMs(attempt, reconnect, random), signal);
    }
  }

  /** Resolves when what came is settled, and acknowledged; the caller bounds the wait with `signal`. */
  async stop(signal: AbortSignal): Promise<void> {
    const { link } = this;
    const late = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    if (link) await Promise.race([link.quiesce(), late]);
    this.stopping.abort();
    link?.end('stopping', true);
  }

  /** Resolves with true when the broker has it: at QoS 0 when it was sent. */
  async publish(topic: string, payload: Buffer, how?: { qos?: 0 | 1; retain?: boolean }): Promise<boolean> {
    return (await this.link?.publish(topic, payload, how)) ?? false;
  }

  /** Gives the connection up, and makes a new one. */
  renew(why: string): void {
    this.link?.end(why);
  }

  stats(): SessionStats {
    return {
      connected: this.isReady,
      lostSinceMs: this.isReady ? null : this.lostSinceMs,
      problem: this.problem,
      connections: this.connections,
      pending: this.link?.pending ?? 0,
    };
  }

  /** Connects and reads until the connection ends; returns why. @throws HarbingerError (retry) */
  private async connection(): Promise<string> {
    const { settings, key } = this.options;
    const { handlers, unreleased } = this;
    const { clock } = this.deps;
    const { signal } = this.stopping;
    const stream = await openStream(settings, key, clock, signal);
    const link = new Link(stream, this.linkOptions(), { handlers, unreleased, clock });
    this.link = link;
    const late = new AbortController();
    void sleep(clock, settings.connectMsMax, late.signal).then(() => {
      if (!late.signal.aborted) link.end(`it did not answer within ${settings.connectMsMax} ms`);
    });
    try {
      if (signal.aborted) link.end('stopping');
      const accepted = await link.connect(this.connectPacket());
      if (accepted) await this.accepted(link, accepted);
      late.abort();
      const why = await link.closed;
      throw brokenError(settings, why);
    } finally {
      late.abort();
      this.link = null;
    }
  }

  private linkOptions() {
    const { version, keepaliveS, inFlightMax } = this.options.settings;
    const protocolVersion: 4 | 5 = version === '5' ? 5 : 4;
    return { protocolVersion, keepaliveS, inFlightMax, inFlightBytesMax };
  }

  private connectPacket(): IConnectPacket {
    const { settings, clientId, clean, expiryS, will } = this.options;
    const { version, username, password, keepaliveS, inFlightMax, packetBytesMax } = settings;
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version === '5' ? 5 : 4,
      clientId,
      clean,
      keepalive: keepaliveS,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password: Buffer.from(password) }),
      ...(will && { will: { ...will(), qos: 1, retain: true } }),
      ...(version === '5' && {
        properties: {
          receiveMaximum: Math.min(inFlightMax, 65_535),
          maximumPacketSize: packetBytesMax,
          ...(!clean && { sessionExpiryInterval: expiryS }),
        },
      }),
    };
  }

  /** Subscribes where that is needed. @throws HarbingerError MQTT_SESSION_REFUSED (retry) */
  private async accepted(link: Link, { sessionPresent, ...answer }: IConnackPacket): Promise<void> {
    const { settings } = this.options;
    const { name, url } = settings;
    const code = answer.reasonCode ?? answer.returnCode ?? 0;
    if (code !== 0) {
      link.end('refused');
      const why = `broker ${name} at ${url}: ${refusalText(code)}`;
      throw new HarbingerError('MQTT_SESSION_REFUSED', 'mqtt', why, { retry: true });
    }
    if (!sessionPresent) this.unreleased.clear();
    const refused =
      sessionPresent && this.handlers.hasSubscribed?.() === true
        ? []
        : await this.subscribe(link, sessionPresent);
    if (refused === null) return;
    this.connections += 1;
    this.isReady = true;
    this.problem =
      refused.length === 0
        ? ''
        : `it refuses the subscription to ${refused.join(', ')}: give the user the right to it`;
    this.deps.log.info({ broker: name, url, sessionPresent }, 'connected to the broker');
    if (refused.length > 0) this.deps.log.warn({ broker: name, url }, this.problem);
    this.handlers.opened?.();
  }

  /** Returns the filters that were refused; null if the connection ended. */
  private async subscribe(link: Link, sessionPresent: boolean): Promise<string[] | null> {
    const unwanted = sessionPresent ? (this.handlers.unwanted?.() ?? []) : [];
    if (unwanted.length > 0) await link.unsubscribe(unwanted);
    const { subscriptions } = this.options;
    const wanted: ISubscription[] = subscriptions.map(({ filter, qos }) => ({
      topic: filter,
      qos,
      // MQTT 5: retained messages come only for a subscription that is new.
      ...{ nl: false, rap: false, rh: 1 },
    }));
    const granted = await link.subscribe(wanted);
    if (!granted) return null;
    const refused = subscriptions.filter((_, i) => (granted[i] ?? refusedFrom) >= refusedFrom);
    const filters = refused.map(({ filter }) => filter);
    this.handlers.subscribed?.(filters);
    return filters;
  }
}
