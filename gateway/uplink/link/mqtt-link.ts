/** The link (gateway/uplink/link): one MQTT connection to the cloud, its TLS files, and what to do where it fails. */
import mqtt from 'mqtt';
import { type EndedInCloud, parseEnded } from '../../../shared/contract/alerts/ended-in-cloud.ts';
import { parseBatchRefusal } from '../../../shared/contract/batch-refusal.ts';
import { type Greeting, readGreeting } from '../../../shared/contract/greeting.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import {
  desiredTopic,
  endedTopic,
  fleetTopic,
  goodbyeTopic,
  greetingTopic,
  modelAskTopic,
  modelPieceTopic,
  refusalTopic,
  uplinkTopic,
} from '../../../shared/contract/topics.ts';
import { uplinkKeepaliveS } from '../../../shared/contract/uplink-keepalive.ts';
import { mqttAddress } from '../../../shared/mqtt/address.ts';
import { disablePacketNumberCache } from '../../../shared/mqtt/packet-numbers.ts';
import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { BatchRefused, type CloudLink } from '../../ports/uplink.ts';
import type { UplinkConfig } from '../config.ts';
import { connectRemedy } from './connect-remedy.ts';
import { readTlsFiles } from './tls-files.ts';

const goodbyeMsMax = 1_000;

/** Takes what the cloud says beside its answers to batches; the same may come again. */
export interface CloudHandlers {
  /** Alerts are over there. */
  ended?(alerts: EndedInCloud[]): void;
  /** It wants something of this gateway; null: it listens from now on to what of that is here. */
  fleet?(message: Buffer | null): void;
  /** It sends a piece of a model; null: it has models, and can be asked from now on. */
  model?(message: Buffer | null): void;
}

/** Creates links to the configured cloud; null without one, in which case everything stays in the journal. */
export function mqttLinks(
  gateway: string,
  config: UplinkConfig,
  { clock, random, ...handlers }: { clock: Clock; random: Random } & CloudHandlers,
): (() => CloudLink) | null {
  const { url } = config;
  const instance = Math.floor(random.next() * 2 ** 32).toString(16);
  return url === undefined
    ? null
    : () => new MqttLink(gateway, { ...config, url }, clock, instance, handlers);
}

/**
 * One MQTT connection to the cloud, used once: after it closes, a new one is made. MQTT.js would store and replay
 * packets in flight by itself. Here messages wait only in the journal, so its reconnecting is disabled, and packets in
 * flight are rejected.
 */
export class MqttLink implements CloudLink {
  readonly closed: Promise<void>;
  private readonly gateway: string;
  private readonly clock: Clock;
  private readonly instance: string;
  private readonly config: UplinkConfig & { url: string };
  private readonly handlers: CloudHandlers;
  private readonly underWay = new Set<(error: Error) => void>();
  /** Functions that reject the batches in flight, by packet identifier. */
  private readonly refusing = new Map<number, (error: BatchRefused) => void>();
  private client: mqtt.MqttClient | null = null;
  private lastError: Error | null = null;
  private greeting: Greeting | null = null;
  private markClosed: () => void = () => {};

  /**
   * `instance` identifies this process, so that the cloud can distinguish two gateways of one name from a restarted
   * one.
   */
  constructor(
    gateway: string,
    config: UplinkConfig & { url: string },
    clock: Clock,
    instance = '',
    handlers: CloudHandlers = {},
  ) {
    this.handlers = handlers;
    this.gateway = gateway;
    this.clock = clock;
    this.instance = instance;
    this.config = config;
    this.closed = new Promise((resolve) => {
      this.markClosed = resolve;
    });
  }

  /**
   * Resolves when a Harbinger cloud has identified itself: any other MQTT broker would confirm batches without storing
   * them. @throws HarbingerError UPLINK_TLS_FILES, UPLINK_BROKEN, UPLINK_NOT_A_CLOUD (all: retry)
   */
  async connect(signal: AbortSignal): Promise<void> {
    const { config } = this;
    disablePacketNumberCache();
    const client = mqtt.connect({
      ...mqttAddress(config.url),
      protocolVersion: 4,
      clientId: `gateway-${this.gateway}${this.instance && `/${this.instance}`}`,
      username: this.gateway,
      ...(config.password !== undefined && { password: config.password }),
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: config.connectMsMax,
      keepalive: uplinkKeepaliveS,
      queueQoSZero: false,
      ...readTlsFiles(config),
    });
    this.client = client;
    client.on('error', (error) => {
      this.lastError = error;
    });
    client.on('close', () => this.onClose());
    client.on('message', (topic, payload) => {
      if (topic === refusalTopic(this.gateway)) this.onRefusal(payload);
      if (topic === endedTopic(this.gateway)) this.handlers.ended?.(parseEnded(payload));
      if (topic === desiredTopic(this.gateway)) this.handlers.fleet?.(payload);
      if (topic === modelPieceTopic(this.gateway)) this.handlers.model?.(payload);
    });
    return new Promise((resolve, reject) => {
      const abort = () => client.end(true);
      signal.addEventListener('abort', abort, { once: true });
      let late: Timer | undefined;
      const settle = (run: () => void) => {
        late?.cancel();
        signal.removeEventListener('abort', abort);
        this.underWay.delete(fail);
        run();
      };
      const fail = (error: Error) => settle(() => reject(error));
      this.underWay.add(fail);
      client.on('message', (topic, payload) => {
        if (topic !== greetingTopic(this.gateway)) return;
        this.greeting = readGreeting(payload);
        settle(resolve);
        if (this.greeting.hearsFleet) this.handlers.fleet?.(null);
        if (this.greeting.hasModels) this.handlers.model?.(null);
      });
      client.once('connect', () => {
        const { gateway } = this;
        const topics = [refusalTopic, greetingTopic, endedTopic, desiredTopic, modelPieceTopic];
        client.subscribe(topics.map((topicOf) => topicOf(gateway)));
        late = this.clock.setTimer(config.connectMsMax, () => fail(this.notACloud()));
      });
      if (signal.aborted) abort();
    });
  }

  send(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void> {
    const { client } = this;
    if (!client?.connected) return Promise.reject(this.broken('not connected'));
    return new Promise((resolve, reject) => {
      let isSettled = false;
      let packet = 0;
      const settle = (run: () => void) => {
        if (isSettled) return;
        isSettled = true;
        this.underWay.delete(fail);
        this.refusing.delete(packet);
        signal.removeEventListener('abort', forget);
        run();
      };
      const fail = (error: Error) => settle(() => reject(error));
      // MQTT.js keeps the frame until it is acknowledged, which will not happen, so it must be told to discard it.
      const abandon = (error: Error) => {
        fail(error);
        client.removeOutgoingMessage(packet);
      };
      const forget = () => abandon(this.broken('the batch is resent'));
      this.underWay.add(fail);
      client.publish(uplinkTopic(this.gateway, lane), frame, { qos: 1 }, (error) =>
        settle(() => (error ? reject(this.broken(messageOf(error))) : resolve())),
      );
      packet = client.getLastMessageId();
      this.refusing.set(packet, abandon);
      if (signal.aborted) forget();
      else signal.addEventListener('abort', forget, { once: true });
    });
  }

  sayFleet(message: Buffer): void {
    if (!this.client?.connected || !this.greeting?.hearsFleet) return;
    this.client.publish(fleetTopic(this.gateway), message, { qos: 1 }, () => undefined);
  }

  askModel(message: Buffer): void {
    if (!this.client?.connected || !this.greeting?.hasModels) return;
    this.client.publish(modelAskTopic(this.gateway), message, { qos: 0 }, () => undefined);
  }

  get cloudTimeMs(): number | null {
    return this.greeting?.timeMs ?? null;
  }

  async close(isLast = false): Promise<void> {
    if (!this.client) return;
    if (isLast && this.client.connected && this.greeting?.hearsGoodbye) await this.sayGoodbye(this.client);
    this.client.end(true);
    await this.closed;
  }

  private sayGoodbye(client: mqtt.MqttClient): Promise<void> {
    return new Promise((resolve) => {
      const late = this.clock.setTimer(goodbyeMsMax, resolve);
      const done = () => {
        late.cancel();
        resolve();
      };
      client.publish(goodbyeTopic(this.gateway), '', { qos: 1 }, done);
      void this.closed.then(done);
    });
  }

  private onRefusal(payload: Buffer): void {
    const refusal = parseBatchRefusal(payload);
    if (refusal) this.refusing.get(refusal.packet)?.(new BatchRefused(refusal.code, refusal.reason));
  }

  private onClose(): void {
    const { lastError } = this;
    const why = lastError ? `${messageOf(lastError).trim()}${connectRemedy(lastError)}` : 'connection closed';
    const error = this.broken(why);
    for (const fail of [...this.underWay]) fail(error);
    this.client?.removeAllListeners();
    this.client?.on('error', () => {});
    this.markClosed();
  }

  private notACloud(): HarbingerError {
    const { url, connectMsMax } = this.config;
    return new HarbingerError(
      'UPLINK_NOT_A_CLOUD',
      'uplink',
      `${url} speaks MQTT but did not greet as a Harbinger cloud within ${connectMsMax} ms: another broker would confirm ` +
        'batches and store none. Check uplink.url; a cloud of an earlier version must be updated before its gateways',
      { retry: true },
    );
  }

  private broken(why: string): HarbingerError {
    return new HarbingerError('UPLINK_BROKEN', 'uplink', `cloud at ${this.config.url}: ${why}`, {
      retry: true,
    });
  }
}
