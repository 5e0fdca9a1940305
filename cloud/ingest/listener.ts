import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import { batchLimits } from '../../shared/contract/batch.ts';
import { greetingTopic } from '../../shared/contract/topics.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { guardPackets } from '../../shared/runtime/mqtt-packet-guard.ts';
import { type PemOwner, readCertificates, readKeyPair } from '../../shared/runtime/pem-files.ts';
import type { IngestConfig } from './config.ts';
import { Connection, HeldBytes } from './connection.ts';
import type { Credentials, Verdict } from './credentials.ts';
import type { Ingest } from './ingest.ts';
import type { IngestMetrics } from './metrics.ts';
import { maySubscribe, publishLane } from './rights.ts';
import { Twins } from './twins.ts';

export interface ListenerDeps {
  credentials: Credentials;
  ingest: Ingest;
  metrics: IngestMetrics;
  clock: Clock;
  log: Log;
}

/** A batch with its topic and packet id; before a client is known, a CONNECT packet. */
const packetBytesMax = batchLimits.bodyBytesMax + batchLimits.headerBytesMax + 1_024;
const connectBytesMax = 8_192;
const connectMsMax = 10_000;
const heldBytesMax = 256 << 20;
/** What `stop` gives batches that are being stored. */
const drainMsMax = 4_000;

/** MQTT for gateways: each with its own credentials, and with the right to its own topics only. */
export class Listener {
  private readonly config: IngestConfig;
  private readonly deps: ListenerDeps;
  private readonly connections = new Map<Client, Connection>();
  private readonly sockets = new Set<Duplex>();
  private readonly held = new HeldBytes(heldBytesMax);
  private readonly twins: Twins;
  private stopping = false;
  private broker: Aedes | null = null;
  private server: Server | null = null;

  constructor(config: IngestConfig, deps: ListenerDeps) {
    this.config = config;
    this.deps = deps;
    this.twins = new Twins({ ...deps, count: () => deps.metrics.twinBatches.inc() });
  }

  /** Returns the port. @throws HarbingerError INGEST_PORT_BUSY, INGEST_LISTEN_FAILED, INGEST_TLS_FILES */
  async start(): Promise<number> {
    this.broker = await Aedes.createBroker({
      connectTimeout: connectMsMax,
      maxClientsIdLength: 128,
      preConnect: (_, packet, done) =>
        packet.will ? done(new Error('gateways have no last will'), false) : done(null, true),
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
    this.server = this.createServer((socket) => this.connect(socket));
    this.server.maxConnections = this.config.connectionsMax;
    return listen(this.server, this.config);
  }

  /** Takes no more, gives what is being stored a few seconds to be acknowledged, closes; also after a start() that failed. */
  async stop(): Promise<void> {
    const { server, broker } = this;
    if (!broker) return;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    this.stopping = true;
    await this.drained();
    await new Promise<void>((resolve) => broker.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await this.drained();
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  private drained(): Promise<unknown> {
    return Promise.race([this.deps.ingest.lanes.idle(), sleep(this.deps.clock, drainMsMax)]);
  }

  private createServer(onSocket: (socket: Socket) => void): Server {
    const { tls } = this.config;
    if (!tls) return createServer(onSocket);
    return createTlsServer(
      {
        ...readTlsFiles(tls),
        handshakeTimeout: connectMsMax,
        ...(tls.clientCaFile !== undefined && { requestCert: true, rejectUnauthorized: true }),
      },
      onSocket,
    );
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
      if (connection) this.twins.gone(connection);
      this.connections.delete(client);
      this.deps.metrics.connections.set(this.connections.size);
    });
  }

  /** The client id gets the gateway's name, so that none can take another's over. */
  private async authenticate(client: Client, username: string, password: Buffer): Promise<Verdict> {
    const address = (client.conn as Socket).remoteAddress ?? 'unknown';
    const verdict = await this.deps.credentials.check(username, password, address);
    if (verdict === 'accepted') {
      if (!this.sockets.has(client.conn)) return 'busy'; // gone while its password was checked
      client.id = `${username}:${client.id}`;
      const connection = new Connection(username, client, this.held);
      this.connections.set(client, connection);
      this.twins.connected(connection);
      this.deps.metrics.connections.set(this.connections.size);
      return verdict;
    }
    this.deps.metrics.refusedLogins.inc();
    if (verdict === 'throttled') this.deps.metrics.throttledLogins.inc();
    // Throttled ones are not told one by one: who guesses would write the log.
    else this.deps.log.warn({ gateway: username.slice(0, 64), address, verdict }, 'gateway login refused');
    return verdict;
  }

  private publish(
    client: Client | null,
    packet: { topic: string; qos: number; retain: boolean; payload: string | Buffer },
    done: (error?: Error | null) => void,
  ): void {
    const connection = client && this.connections.get(client);
    if (!connection) return done(new Error('not connected'));
    if (this.stopping) return; // Unanswered: the gateway sends it again after the connection has closed.
    try {
      const lane = publishLane(connection.gateway, packet);
      const frame = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
      const release = connection.hold(frame.length);
      this.twins.sent(connection);
      this.deps.ingest
        .accept(connection.gateway, lane, frame, connection)
        .finally(release)
        .then(() => done(), done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(messageOf(error)));
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
      const topic = gateway === undefined ? null : greetingTopic(gateway);
      if (topic !== null && subscriptions.some((each) => each.topic === topic)) greet(client, topic);
    });
    broker.on('clientReady', (client) => {
      log.info({ gateway: this.connections.get(client)?.gateway }, 'gateway connected');
    });
  }
}

function greet(client: Client, topic: string): void {
  const payload = Buffer.from('{"cloud":"harbinger"}');
  client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
}

export const tlsOwner: PemOwner = { code: 'INGEST_TLS_FILES', stage: 'ingest' };

/** @throws HarbingerError INGEST_TLS_FILES, naming file, setting and remedy */
export function readTlsFiles(tls: NonNullable<IngestConfig['tls']>) {
  const { clientCaFile } = tls;
  return {
    ...readKeyPair(tls, 'ingest.tls', tlsOwner),
    ...(clientCaFile !== undefined && {
      ca: readCertificates(clientCaFile, 'ingest.tls.clientCaFile', tlsOwner),
    }),
  };
}

/** MQTT's return codes and their reasons: 3 asks to come back later, 4 is for a person to put right. */
const loginRefusals: Record<Exclude<Verdict, 'accepted'>, [returnCode: number, reason: string]> = {
  refused: [4, 'bad user name or password'],
  throttled: [3, 'too many failed logins as this gateway from this address; wait a minute'],
  busy: [3, 'server busy'],
};

function refusedLogin(verdict: Verdict) {
  const [returnCode, reason] = loginRefusals[verdict === 'accepted' ? 'busy' : verdict];
  return Object.assign(new Error(reason), { returnCode });
}

function listen(server: Server, { host, port }: IngestConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    // It stays: a later error (no file handles left to accept with) must not end the process.
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
