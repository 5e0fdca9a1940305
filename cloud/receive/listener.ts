/**
 * Receiving (cloud/receive): accepts connections of gateways over MQTT and receives their frames. This file opens the
 * port and composes the room: credentials decide who may connect, rights what a gateway may publish and subscribe,
 * `openFrame` what is a batch. The log takes it from there, and its promise decides when the gateway gets its
 * acknowledgement. A batch that was not received as it was sent gets none: its gateway is told so, and the connection
 * stays.
 */
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { batchLimits } from '../../shared/contract/batch.ts';
import { isBatchRefusal } from '../../shared/contract/batch-refusal.ts';
import { fleetTopic, goodbyeTopic, modelAskTopic, refusalTopic } from '../../shared/contract/topics.ts';
import { guardPackets } from '../../shared/mqtt/packet-guard.ts';
import { sleep } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ConnectionSlots } from '../../shared/security/connection-slots.ts';
import type { PasswordCheck, PasswordVerdict } from '../../shared/security/password-check.ts';
import { RenewedTls } from '../../shared/security/server-tls.ts';
import type { ContactSink } from '../ports/contacts/contacts.ts';
import type { BatchLog } from '../ports/log.ts';
import { BatchRefusalLog } from './batch-refusal-log.ts';
import type { ReceiveConfig } from './config.ts';
import { Connection, HeldBytes } from './connection.ts';
import { limitConnections } from './connection-limit.ts';
import { Downlink, type DownlinkDeps } from './downlink.ts';
import { DuplicateGateways } from './duplicate-gateways.ts';
import type { ReceiveMetrics } from './metrics.ts';
import { openFrame } from './open-frame.ts';
import { connectRefusal, maySubscribe, type PublishFacts, publishLane } from './rights.ts';
import { createPort } from './tls-files.ts';

export interface ListenerDeps extends DownlinkDeps {
  credentials: PasswordCheck;
  batchLog: BatchLog;
  metrics: ReceiveMetrics;
  /** Absent if nobody asks when gateways were heard. */
  contacts?: ContactSink;
  log: Log;
}

/** The largest packet: a batch with its topic and packet id. Before the login, a CONNECT packet. */
const packetBytesMax = batchLimits.bodyBytesMax + batchLimits.headerBytesMax + 1_024;
const connectBytesMax = 8_192;
const connectMsMax = 10_000;
const heldBytesMax = 256 << 20; // unacknowledged batches of all connections together
const drainMsMax = 4_000; // `stop` waits so long for batches that are being stored

/** The MQTT server for gateways: each has its own credentials, and the right to its own topics only. */
export class Listener {
  private readonly config: ReceiveConfig;
  private readonly deps: ListenerDeps;
  private readonly connections = new Map<Client, Connection>();
  private readonly sockets = new Set<Duplex>();
  private readonly held = new HeldBytes(heldBytesMax);
  readonly duplicates: DuplicateGateways;
  private readonly refusals: BatchRefusalLog;
  private readonly slots: ConnectionSlots;
  private readonly downlink: Downlink;
  private readonly certificates: RenewedTls;
  private stopping = false;
  private broker: Aedes | null = null;
  private server: Server | null = null;

  constructor(config: ReceiveConfig, deps: ListenerDeps) {
    this.config = config;
    this.deps = deps;
    const { clock, log, metrics } = deps;
    this.certificates = new RenewedTls(deps);
    this.refusals = new BatchRefusalLog({ clock, log, metrics });
    this.downlink = new Downlink(deps);
    this.slots = limitConnections(config.connectionsMax, { clock, log, metrics });
    const onDuplicateBatch = () => metrics.duplicateGatewayBatches.inc();
    const onNames = (count: number) => metrics.duplicateGateways.set(count);
    const onAlone = (gateway: string) => this.downlink.askOpen(gateway);
    this.duplicates = new DuplicateGateways({ clock, log, onDuplicateBatch, onNames, onAlone });
  }

  /** Returns the port. @throws HarbingerError INGEST_PORT_BUSY, INGEST_LISTEN_FAILED, INGEST_TLS_FILES */
  async start(): Promise<number> {
    this.broker = await Aedes.createBroker({
      connectTimeout: connectMsMax,
      maxClientsIdLength: 128,
      preConnect: (client, packet, done) => {
        const refusal = connectRefusal(client.conn, packet);
        done(refusal, refusal === null);
      },
      authenticate: (client, username, password, done) => {
        this.authenticate(client, username ?? '', password ?? Buffer.alloc(0)).then(
          (verdict) => done(verdict === 'accepted' ? null : refusedLogin(verdict), verdict === 'accepted'),
          (error: unknown) => {
            this.deps.log.error({ error: messageOf(error) }, 'cannot check credentials');
            done(refusedLogin('busy'), false);
          },
        );
      },
      authorizePublish: (client, packet, done) => this.publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const gateway = this.connections.get(client)?.gateway;
        const allowed = gateway !== undefined && maySubscribe(gateway, subscription.topic);
        done(null, allowed ? subscription : null);
      },
    });
    this.watch(this.broker);
    this.server = createPort(this.config.tls, connectMsMax, this.certificates);
    this.server.on(this.config.tls ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.connect(socket),
    );
    this.slots.attach(this.server);
    return listen(this.server, this.config);
  }

  /**
   * Accepts no more batches, waits a few seconds until those in progress are acknowledged, and closes the connections.
   * Call it after a failed `start` too.
   */
  async stop(): Promise<void> {
    const { server, broker } = this;
    if (!broker) return;
    this.downlink.stop();
    this.certificates.stop();
    this.duplicates.stop();
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    this.stopping = true;
    await this.drained();
    await new Promise<void>((resolve) => broker.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await this.drained();
  }

  /** Reads certificates again; returns how many are new, and why others could not be read. */
  renewCertificates(): { renewed: number; problems: string[] } {
    return this.certificates.look();
  }

  /** Closes the connections of these gateways. */
  end(gateways: readonly string[]): void {
    for (const [client, { gateway }] of this.connections) if (gateways.includes(gateway)) client.close();
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  private drained(): Promise<unknown> {
    return Promise.race([this.deps.batchLog.idle(), sleep(this.deps.clock, drainMsMax)]);
  }

  private connect(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    const client = this.broker!.handle(
      guardPackets(socket, {
        stage: 'ingest',
        bytesMax: () => (this.connections.has(client) ? packetBytesMax : connectBytesMax),
      }),
    );
    socket.once('close', () => {
      this.sockets.delete(socket);
      const connection = this.connections.get(client);
      connection?.closed();
      if (connection) {
        this.duplicates.disconnected(connection);
        this.downlink.disconnected(client);
        this.deps.contacts?.disconnected(connection.gateway);
      }
      this.connections.delete(client);
      this.deps.metrics.connections.set(this.connections.size);
    });
  }

  /** Prefixes the client id with the gateway's name, so that no gateway can take over another gateway's connection. */
  private async authenticate(client: Client, username: string, password: Buffer): Promise<PasswordVerdict> {
    const address = (client.conn as Socket).remoteAddress ?? 'unknown';
    const verdict = await this.deps.credentials.check(username, password, address);
    if (verdict === 'accepted') {
      if (!this.sockets.has(client.conn)) return 'busy'; // closed while its password was checked
      client.id = `${username}:${client.id}`;
      this.slots.occupy(client.conn as Socket);
      const connection = new Connection(username, client, this.held);
      this.connections.set(client, connection);
      this.duplicates.connected(connection);
      this.deps.contacts?.connected(username);
      this.deps.metrics.connections.set(this.connections.size);
      return verdict;
    }
    this.deps.metrics.refusedLogins.inc();
    if (verdict === 'throttled') this.deps.metrics.throttledLogins.inc();
    // Throttled logins are not logged one by one, because somebody who guesses passwords would fill the log.
    else this.deps.log.warn({ gateway: username.slice(0, 64), address, verdict }, 'gateway login refused');
    return verdict;
  }

  private publish(
    client: Client | null,
    packet: PublishFacts & { messageId?: number; payload: string | Buffer },
    done: (error?: Error | null) => void,
  ): void {
    const connection = client && this.connections.get(client);
    if (!connection) return done(new Error('not connected'));
    const { gateway } = connection;
    const said = {
      [goodbyeTopic(gateway)]: () => this.deps.contacts?.stopped(gateway),
      [fleetTopic(gateway)]: () => this.downlink.heard(gateway, client, asBuffer(packet.payload)),
      [modelAskTopic(gateway)]: () => this.downlink.asked(gateway, client, asBuffer(packet.payload)),
    }[packet.topic];
    if (said && packet.qos < 2) {
      said();
      return done(null);
    }
    if (this.stopping) return; // Not answered: the gateway resends it after the connection has closed.
    const settle = (error?: unknown) => {
      if (!isBatchRefusal(error) || !connection.survives(error)) return done(errorOrNull(error));
      const { address } = connection;
      this.refusals.note({ gateway, address, lane: packet.topic.split('/').at(-1)! }, error);
      connection.refuse(packet.messageId ?? 0, error);
    };
    try {
      const lane = publishLane(gateway, packet);
      this.deps.contacts?.sent(gateway);
      const frame = asBuffer(packet.payload);
      this.duplicates.batchReceived(connection);
      this.deps.metrics.receivedBytes.inc({ lane }, frame.length);
      const batch = openFrame(gateway, lane, frame);
      const release = connection.hold(frame.length);
      this.deps.batchLog
        .accept(batch, connection)
        .finally(release)
        .then(() => settle(), settle);
    } catch (error) {
      settle(error);
    }
  }

  private watch(broker: Aedes): void {
    const { log, metrics } = this.deps;
    const onError = (client: Client, error: Error) => {
      const gateway = this.connections.get(client)?.gateway;
      const code = codeOf(error);
      if (code === 'PUBLISH_REFUSED' || code === 'PACKET_TOO_LARGE') metrics.refusedPackets.inc();
      log.warn({ gateway, code, error: messageOf(error) }, 'gateway connection closed');
    };
    broker.on('clientError', onError);
    broker.on('connectionError', onError);
    broker.on('subscribe', (subscriptions, client) => {
      const gateway = this.connections.get(client)?.gateway;
      if (gateway === undefined) return;
      const topics = subscriptions.map(({ topic }) => topic);
      if (topics.includes(refusalTopic(gateway))) this.connections.get(client)?.subscribedToRefusals();
      this.downlink.subscribed(gateway, client, topics);
    });
    broker.on('ping', (_, client) => {
      const gateway = this.connections.get(client)?.gateway;
      if (gateway !== undefined) this.deps.contacts?.heard(gateway);
    });
    broker.on('clientReady', (client) => {
      log.info({ gateway: this.connections.get(client)?.gateway }, 'gateway connected');
    });
  }
}

const asBuffer = (payload: string | Buffer) => (Buffer.isBuffer(payload) ? payload : Buffer.from(payload));

function errorOrNull(error: unknown): Error | null {
  if (error === undefined) return null;
  return error instanceof Error ? error : new Error(messageOf(error));
}

/** MQTT's return codes with reasons: after 3 a client may try again later, after 4 a person must correct something. */
const loginRefusals: Record<Exclude<PasswordVerdict, 'accepted'>, [returnCode: number, reason: string]> = {
  refused: [4, 'bad user name or password'],
  throttled: [3, 'too many failed logins as this gateway from this address; wait a minute'],
  busy: [3, 'server busy'],
};

function refusedLogin(verdict: PasswordVerdict) {
  const [returnCode, reason] = loginRefusals[verdict === 'accepted' ? 'busy' : verdict];
  return Object.assign(new Error(reason), { returnCode });
}

function listen(server: Server, { host, port }: ReceiveConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    // The listener stays: a later error, such as too many open files, must not end the process.
    server.on('error', (error) => {
      const busy = codeOf(error) === 'EADDRINUSE';
      const message = busy
        ? `port ${port} on ${host} is in use: stop what uses it, or choose another with --mqtt-port`
        : `cannot listen for gateways on ${host}:${port}: ${messageOf(error)}`;
      const code = busy ? 'INGEST_PORT_BUSY' : 'INGEST_LISTEN_FAILED';
      reject(new HarbingerError(code, 'ingest', message, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
