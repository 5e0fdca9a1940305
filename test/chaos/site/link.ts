/**
 * The link between a gateway and its cloud: a TCP proxy that can be cut, refused, delayed, throttled, left half-open
 * and cut in the middle of a block. It also reads along what the gateway sends, to check the order of its lanes.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Draw } from '../draw/draw.ts';
import { Flow, type FlowShape } from './flow.ts';
import { damaging, Meddler, type Meddling } from './meddler.ts';
import { UplinkTap } from './uplink-tap.ts';

const free: FlowShape = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, swallow: false };

/** An impostor's answer to anything that it is sent; then it stays silent or hangs up. */
export interface Impostor {
  answer: Buffer;
  hangsUp: boolean;
}

export class Link {
  readonly tap = new UplinkTap();
  /** Number of cuts within bytes that arrived as one chunk. */
  cutWithin = 0;
  readonly #targetPort: () => number;
  readonly #shape: FlowShape = { ...free };
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  #refusing = false;
  #impostor: Impostor | null = null;
  #meddling: { kind: Meddling; seed: number } | null = null;
  /** Upstream bytes until every connection is cut; Infinity for never. */
  #bytesLeft = Number.POSITIVE_INFINITY;
  #cutting = false;

  constructor(targetPort: () => number) {
    this.#targetPort = targetPort;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Restores a good link. Half-open connections are closed, as by a peer that returns. */
  heal(): void {
    const stale = this.#shape.swallow || this.#impostor !== null || this.#meddling !== null;
    this.#refusing = false;
    this.#impostor = this.#meddling = null;
    this.#bytesLeft = Number.POSITIVE_INFINITY;
    Object.assign(this.#shape, free);
    if (stale) this.#cutAll();
  }

  /** Closes every connection and refuses new ones. */
  cut(): void {
    this.#refusing = true;
    this.#cutAll();
  }

  delay(delayMs: number): void {
    this.#shape.delayMs = delayMs;
  }

  throttle(bytesPerSecond: number): void {
    this.#shape.bytesPerSecond = bytesPerSecond;
  }

  /** Accepts everything and passes nothing on, in both directions, also on new connections. */
  halfOpen(): void {
    this.#shape.swallow = true;
  }

  /** Closes every connection after exactly so many further bytes of the gateway: mostly in the middle of a block. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  /** Lets an impostor answer in place of the cloud, from the next connection on. */
  impersonate(impostor: Impostor): void {
    this.#impostor = impostor;
    this.#cutAll();
  }

  /** Changes messages in transit, from the next connection on. */
  meddle(kind: Meddling, seed: number): void {
    this.#meddling = { kind, seed };
    this.#cutAll();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(gateway: Socket): void {
    this.#keep(gateway);
    if (this.#refusing) {
      gateway.destroy();
      return;
    }
    if (this.#impostor) {
      const { answer, hangsUp } = this.#impostor;
      gateway.once('data', () => (hangsUp ? gateway.end(answer) : gateway.write(answer)));
      return;
    }
    const cloud = this.#keep(connect(this.#targetPort(), '127.0.0.1'));
    // Events that the cloud refuses are sent again after readings.
    const isDamaging = this.#meddling !== null && damaging.includes(this.#meddling.kind);
    const read = this.tap.connection({ checksOrder: !isDamaging });
    const meddler = this.#meddling && new Meddler(this.#meddling.kind, new Draw(this.#meddling.seed++));
    const change = (chunk: Buffer) => this.#beforeCut(meddler ? meddler.change(chunk) : chunk);
    new Flow(gateway, cloud, this.#shape, read, change);
    new Flow(cloud, gateway, this.#shape, () => {});
    gateway.on('close', () => cloud.destroy());
    cloud.on('close', () => gateway.destroy());
  }

  /** The part of a chunk that is passed on: at the cut the bytes before it; the rest is lost with the connection. */
  #beforeCut(chunk: Buffer): Buffer {
    const kept = chunk.subarray(0, Math.min(chunk.length, this.#bytesLeft));
    this.#bytesLeft -= kept.length;
    if (this.#bytesLeft > 0 || this.#cutting) return kept;
    this.#cutting = true;
    if (kept.length < chunk.length) this.cutWithin++;
    // The kept bytes have been sent by the next turn of the event loop.
    setImmediate(() => {
      this.#cutting = false;
      this.#bytesLeft = Number.POSITIVE_INFINITY;
      this.#cutAll();
    });
    return kept;
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
