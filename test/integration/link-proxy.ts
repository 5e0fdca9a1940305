/**
 * The link between a gateway and its cloud, to be cut: a TCP proxy that notes which batches the gateway sends, in which
 * order. While cut it refuses connections (`refuse`), or takes them and never answers (`swallow`), as a dead link does.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Packet, parser } from 'mqtt-packet';
import { decodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';

export interface SentBatch {
  lane: Lane;
  firstSeq: number;
  lastSeq: number;
  /** Which connection of the gateway, from 1. */
  connection: number;
}

export class LinkProxy {
  readonly sent: SentBatch[] = [];
  connections = 0;
  #mode: 'pass' | 'refuse' | 'swallow' = 'refuse';
  readonly #targetPort: () => number;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));

  constructor(targetPort: () => number) {
    this.#targetPort = targetPort;
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection. New ones are treated in the new way. */
  become(mode: 'pass' | 'refuse' | 'swallow'): void {
    this.#mode = mode;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.become('refuse');
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(gateway: Socket): void {
    this.#keep(gateway);
    if (this.#mode === 'refuse') gateway.destroy();
    else if (this.#mode === 'swallow') gateway.resume();
    else this.#pass(gateway);
  }

  #pass(gateway: Socket): void {
    const connection = ++this.connections;
    const cloud = this.#keep(connect(this.#targetPort(), '127.0.0.1'));
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd !== 'publish') return;
      const { lane, blocks } = decodeBatch(packet.payload as Buffer).header;
      this.sent.push({ lane, firstSeq: blocks[0]!.seq, lastSeq: blocks.at(-1)!.seq, connection });
    });
    gateway.on('data', (bytes) => packets.parse(bytes));
    gateway.pipe(cloud).pipe(gateway);
    gateway.on('close', () => cloud.destroy());
    cloud.on('close', () => gateway.destroy());
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
