/**
 * The MQTT broker as a source (gateway/sources/mqtt), with Aedes. This file composes it: connection/ handles bytes,
 * access/ rights, sessions/ what outlives a connection, wills/ wills, and acknowledging.ts lets no acknowledgement out
 * before its message is durable. Its kind is `broker`, as in `[broker]`. From outside only part.ts is imported. The broker
 * does not look into payloads.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import type { Aedes, Client } from 'aedes';
import { disablePacketNumberCache } from '../../../shared/mqtt/packet-numbers.ts';
import { type Filter, parseFilter } from '../../../shared/mqtt/topic-filter.ts';
import { type Clock, nextTurn, sleep, type Timer } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { OpenRecords } from '../../ports/records.ts';
import type { RetainedAdmin, SessionAdmin } from '../../ports/retiring.ts';
import type { MessageIntake, SiteBroker } from '../../ports/source.ts';
import { Admission } from './access/admission.ts';
import type { Credentials } from './access/credentials.ts';
import { SubscribeAnswers } from './access/subscribe-answers.ts';
import { Subscribing } from './access/subscribing.ts';
import { Takeovers } from './access/takeovers.ts';
import { Acknowledging } from './acknowledging.ts';
import { type BrokerConfig, persistenceLimits } from './config.ts';
import { checkAedes } from './connection/aedes-client.ts';
import { type ConnectedClient, Connection } from './connection/connection.ts';
import { Connections } from './connection/connections.ts';
import { FanOut } from './connection/fan-out.ts';
import type { ConnectionOrigin } from './connection/origin.ts';
import { ReadBuffers } from './inlet/read-buffers.ts';
import { Unfinished } from './inlet/unfinished.ts';
import { type ConnectionEvents, type Listeners, openListeners } from './listeners/listeners.ts';
import { makeAedes } from './make-aedes.ts';
import { readyForSubscribers } from './mqtt5/message-properties.ts';
import { throughMqtt5 } from './mqtt5/mqtt5.ts';
import { SessionEnds } from './mqtt5/session-ends.ts';
import type { PublishPacket } from './packet.ts';
import {
  describe,
  noRightAnyMore,
  overLimitTexts,
  type RefusalCounts,
  reasonOf,
  takeoverText,
} from './refusal-counts.ts';
import { Interest } from './sessions/interest.ts';
import { openSessions } from './sessions/open-sessions.ts';
import { BrokerPersistence } from './sessions/persistence.ts';
import { siteBroker } from './sessions/retained/site-broker.ts';
import { endSessionsOf, sessionAdmin } from './sessions/session-admin.ts';
import { type BrokerStats, statsOf } from './statistics.ts';
import { type DelayingBroker, DueWills } from './wills/due-wills.ts';
import { LeftWills } from './wills/left-wills.ts';

const settleMaxMs = 5_000;
const closeMaxMs = 2_000;

type PublishAsServer = (packet: PublishPacket, done: (error?: Error) => void) => void;

interface EngineDeps {
  intake: MessageIntake;
  openRecords: OpenRecords;
  clock: Clock;
  random: Random;
  log: Log;
  credentials: Credentials;
  refusals: RefusalCounts;
}

/** A running broker: Aedes, with the broker's own admission, acknowledging, persistence and fan-out. */
export class Engine {
  private readonly config: BrokerConfig;
  private readonly deps: EngineDeps;
  private readonly persistence: BrokerPersistence;
  private readonly interest: Interest;
  private readonly acknowledging: Acknowledging;
  private readonly admission: Admission;
  private readonly subscribing: Subscribing;
  private readonly subscribeAnswers: SubscribeAnswers;
  private readonly takeovers: Takeovers;
  private readonly fanOut: FanOut;
  private readonly connections: Connections;
  private readonly unfinished: Unfinished;
  private readonly aedes: Aedes;
  private readonly leftWills: LeftWills;
  private readonly dueWills: DueWills;
  private readonly sessionEnds: SessionEnds;
  private listeners!: Listeners;
  private expiry: Timer | null = null;

  static async start(config: BrokerConfig, dataDir: string, deps: EngineDeps): Promise<Engine> {
    disablePacketNumberCache();
    const opened = await openSessions(dataDir, { ...deps, nowMs: deps.clock.nowMs() });
    const interest = new Interest(config.telemetryFilters.map((text) => parseFilter(text)) as Filter[]);
    const tell: RefusalCounts['tell'] = (kind, who, message) => deps.refusals.tell(kind, who, message);
    const takeovers = new Takeovers(deps.clock, (who, message) => tell('shared-client-id', who, message));
    const limits = persistenceLimits(config);
    const persistence = new BrokerPersistence(opened, { ...deps, interest, takeovers, tell }, limits);
    const engine = new Engine(config, deps, { interest, takeovers, persistence });
    try {
      await engine.listen();
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  private constructor(
    config: BrokerConfig,
    deps: EngineDeps,
    parts: { interest: Interest; takeovers: Takeovers; persistence: BrokerPersistence },
  ) {
    const { clock, credentials } = deps;
    const { interest, takeovers, persistence } = parts;
    this.config = config;
    this.deps = deps;
    this.interest = interest;
    this.takeovers = takeovers;
    this.persistence = persistence;
    const { packetTimeoutMs, packetBytesMax, unfinishedBytesMax: bytesMax } = config;
    this.unfinished = new Unfinished(new ReadBuffers(), { bytesMax, packetBytesMax });
    const isPaused = (each: Connection) => this.acknowledging.isPaused(each);
    this.connections = new Connections(clock, deps.random, packetTimeoutMs, isPaused);
    this.admission = new Admission(credentials, persistence, config, {
      takenOver: (client, earlier) => this.noteTakeover(client, earlier),
      startsClean: (id, earlier) =>
        earlier ? DueWills.endsWith(earlier.client) : this.dueWills.sessionEnded(id),
    });
    this.acknowledging = new Acknowledging({ ...deps, interest, persistence }, config.pendingBytesMax);
    this.subscribing = new Subscribing(persistence, deps.refusals, config.subscriptionsMax);
    this.sessionEnds = new SessionEnds(clock, persistence, (id) => this.admission.isConnected(id));
    persistence.keepsBefore = true;
    this.fanOut = new FanOut({ clock, noRight: deps.refusals.noRight });
    this.subscribeAnswers = new SubscribeAnswers(this.subscribing.codes);
    this.aedes = this.makeAedes();
    const publishWill = (will: PublishPacket) => this.publishWill(will);
    this.leftWills = new LeftWills(persistence, clock, publishWill);
    this.dueWills = new DueWills(this.aedes as unknown as DelayingBroker, persistence.wills, publishWill);
    credentials.onChange((users, revoked) => {
      this.connections.signOut(users, (user, id) => this.admission.rightsNow(user, id));
      endSessionsOf(persistence, revoked);
    });
  }

  private makeAedes(): Aedes {
    const aedes = makeAedes(this.config, {
      persistence: this.persistence,
      preConnect: this.admission.preConnect,
      authenticate: this.admission.authenticate,
      authorizePublish: throughMqtt5(this.acknowledging.authorize, this.deps.clock) as never,
      authorizeSubscribe: this.subscribing.authorize,
      authorizeForward: this.fanOut.authorize,
    });
    this.fanOut.attach(aedes);
    this.interest.watch(aedes);
    this.subscribing.watch(aedes);
    this.subscribeAnswers.watch(aedes);
    aedes.on('clientError', (client, error) => this.noteError(client, error));
    aedes.on('connectionError', (client, error) => this.noteError(client, error));
    aedes.on('clientDisconnect', (client) => {
      const isV5 = (client as ConnectedClient).connection.v5 !== null;
      if (!client.clean && !isV5) this.persistence.sessions.left(client.id);
    });
    (aedes as NodeJS.EventEmitter).on('error', (error) => {
      this.deps.refusals.tell('broker', {}, `the broker continues after an internal error: ${error.message}`);
    });
    return aedes;
  }

  private async listen(): Promise<void> {
    await this.aedes.listen();
    checkAedes(this.aedes);
    const { refusals } = this.deps;
    const events: ConnectionEvents = {
      accepted: this.accept,
      broken: (error, address) => refusals.count(reasonOf(error) ?? 'malformed', { address }, error.message),
      overLimit: (address, which) => refusals.count('limit', { address }, overLimitTexts[which]),
    };
    this.listeners = await openListeners(this.config, events, this.deps);
    this.connections.start();
    this.leftWills.start();
    for (const [id, { expiryS }] of this.persistence.sessions.all()) this.sessionEnds.left(id, expiryS);
    this.expireSessions();
  }

  ports(): Pick<Listeners, 'port' | 'websocketPort' | 'further'> {
    return this.listeners;
  }

  renewCertificates(): ReturnType<Listeners['renewCertificates']> {
    return this.listeners.renewCertificates();
  }

  private readonly accept = (stream: Duplex, origin: ConnectionOrigin, request?: IncomingMessage): void => {
    const connection = new Connection(this.connections.nextNumber(), stream, origin, {
      gate: this.acknowledging,
      clock: this.deps.clock,
      unfinished: this.unfinished,
      packetBytesMax: this.config.packetBytesMax,
    });
    this.connections.all.add(connection);
    const client = this.aedes.handle(stream, request) as ConnectedClient;
    this.subscribeAnswers.attach(client);
    connection.attach(client);
    stream.on('close', () => {
      this.connections.all.delete(connection);
      this.acknowledging.forget(connection);
      this.hasClosed(client, connection);
    });
  };

  private hasClosed(client: ConnectedClient, connection: Connection): void {
    const isLatest = this.admission.release(client.id, connection);
    this.persistence.incoming.forgetUnkept(client);
    connection.v5?.outgoing.close();
    connection.catchingUp?.close();
    if (!isLatest || !connection.v5?.keepsSession) return;
    this.persistence.sessions.left(client.id, client.sessionExpiryInterval);
    this.sessionEnds.left(client.id, client.sessionExpiryInterval);
  }

  /** Resolves when the will is durable, and subscribers are being sent it. */
  private async publishWill(will: PublishPacket): Promise<void> {
    const { user, clientId = '', topic } = will;
    if (user !== undefined && !this.admission.rightsNow(user, clientId).mayPublish(topic))
      return this.deps.refusals.count('will', { client: clientId, user }, noRightAnyMore(topic));
    readyForSubscribers(will, this.deps.clock.nowMs());
    const settled = promisify(this.acknowledging.authorize);
    await settled(null, will);
    await promisify(this.aedes.publish.bind(this.aedes) as PublishAsServer)(will);
  }

  private noteTakeover(client: ConnectedClient, earlier: Connection): void {
    const { rights, origin } = client.connection;
    const addresses: [string, string] = [earlier.origin.address, origin.address];
    this.deps.refusals.tell('takeover', describe(client), takeoverText);
    this.takeovers.note({ client: client.id, user: rights?.user ?? '', addresses });
  }

  private noteError(client: Client, error: Error): void {
    const reason = reasonOf(error);
    if (reason !== null) this.deps.refusals.count(reason, describe(client as ConnectedClient), error.message);
  }

  sessions(): SessionAdmin {
    const isConnected = (id: string) => this.admission.isConnected(id);
    return sessionAdmin(this.persistence, isConnected, (id) => this.dueWills.sessionEnded(id));
  }

  retained(): RetainedAdmin {
    const { retained } = this.persistence;
    return { topics: () => retained.topics(), remove: (topics) => retained.removeAll(topics) };
  }

  siteBroker(): SiteBroker {
    return siteBroker(this.persistence, promisify(this.aedes.publish.bind(this.aedes) as PublishAsServer));
  }

  private expireSessions(): void {
    const expired = this.persistence.expireSessions((id) => this.admission.isConnected(id));
    if (expired > 0)
      this.deps.log.info({ expired }, 'dropped expired sessions of clients that have not reconnected');
    this.expiry = this.deps.clock.setTimer(this.persistence.expireEveryMs, () => this.expireSessions());
  }

  /** Stops accepting, lets accepted messages settle, and closes. Publishes no wills: the next process does if need be. */
  async stop(): Promise<void> {
    this.listeners?.close();
    this.expiry?.cancel();
    this.leftWills.stop();
    this.sessionEnds.stop();
    this.acknowledging.refuse();
    const idle = new AbortController();
    this.acknowledging.whenIdle(() => idle.abort());
    await sleep(this.deps.clock, settleMaxMs, idle.signal);
    await nextTurn(); // lets the last acknowledgements be written
    await nextTurn();
    this.connections.stop();
    this.persistence.wills.freeze();
    const closed = new Promise<void>((resolve) => this.aedes.close(resolve));
    await Promise.race([closed, sleep(this.deps.clock, closeMaxMs)]);
    for (const connection of this.connections.all) connection.stream.destroy();
    await Promise.race([this.persistence.destroy(), sleep(this.deps.clock, closeMaxMs)]);
  }

  stats(): BrokerStats {
    const { refusals } = this.deps;
    const { connections, acknowledging, persistence, subscribing, takeovers, fanOut, unfinished } = this;
    const parts = { refusals, connections, acknowledging, persistence, subscribing, takeovers, fanOut };
    return statsOf({ ...parts, unfinished });
  }
}
