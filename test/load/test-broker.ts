import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';

export interface Received {
  topic: string;
  payload: string;
  dup: boolean;
}

/** A real broker that remembers what it received, and can crash and restart on the same port. */
export class TestBroker {
  readonly received: Received[] = [];
  port = 0;
  /** Reads messages without acknowledging them. */
  holdAcks = false;
  /** Refuses every login. */
  refuse = false;
  /** Crashes when it has received this many messages. */
  crashAt = Number.POSITIVE_INFINITY;
  /** Speaks TLS if set before the start. */
  tls: { cert: Buffer; key: Buffer } | null = null;
  private server: Server | null = null;
  private broker: Aedes | null = null;
  private readonly sockets = new Set<Socket>();

  async start(): Promise<void> {
    const broker = await Aedes.createBroker();
    broker.authenticate = (_client, _username, _password, done) => done(null, !this.refuse);
    broker.authorizePublish = (_client, packet, done) => {
      this.received.push({
        topic: packet.topic,
        payload: packet.payload.toString(),
        dup: packet.dup,
      });
      if (this.received.length >= this.crashAt) {
        this.crashAt = Number.POSITIVE_INFINITY;
        void this.restart();
      } else if (!this.holdAcks) done(null);
    };
    this.broker = broker;
    const onSocket = (socket: Socket) => {
      this.sockets.add(socket);
      broker.handle(socket);
    };
    this.server = this.tls ? createTlsServer(this.tls, onSocket) : createServer(onSocket);
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
  }

  async restart(): Promise<void> {
    await this.crash();
    await this.start();
  }

  async crash(): Promise<void> {
    const closed = this.server ? once(this.server, 'close') : null;
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
    await new Promise<void>((resolve) => this.broker?.close(() => resolve()));
  }
}
