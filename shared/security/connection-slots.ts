import type { Server, Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { networkOf } from './network-of.ts';

export interface ConnectionSlotsOptions {
  /** Connections at once, of all servers that are attached. */
  connectionsMax: number;
  /** A connection of this address was closed, because it waited while a new one needed its slot. */
  displaced?: (address: string) => void;
  /** A new connection was closed, because every slot belongs to one that does not wait. */
  refused?: (address: string) => void;
}

/** Both ends of a connection, which tell it apart from all others that are open. */
type Endpoints = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>;

interface Slot {
  socket: Socket;
  address: string;
  source: string;
}

/**
 * Shares out the connections of a port, so that those who only hold connections open keep nobody out. A connection
 * waits from its first byte on, during a TLS handshake too, until `occupy` says that its peer has shown who it is. If
 * all slots are taken, a new connection gets the slot of the oldest one that waits, of the source that has most waiting
 * connections. If none waits, the new connection is closed.
 *
 * A source is an IPv4 address, or an IPv6 network of 64 bits, since one computer has all addresses of that.
 */
export class ConnectionSlots {
  private readonly options: ConnectionSlotsOptions;
  /** All connections by peer, because the socket of TLS is another one than that which was accepted. */
  private readonly slots = new Map<string, Slot>();
  /** Peers that wait, the oldest first, by source. */
  private readonly waiting = new Map<string, Set<string>>();

  constructor(options: ConnectionSlotsOptions) {
    this.options = options;
  }

  /** Takes all connections of a server of `net`, `tls`, `http` or `https`. Call it before the server listens. */
  attach(server: Server): void {
    server.prependListener('connection', (socket: Socket) => this.add(socket));
  }

  /** The peer of this socket has shown who it is: its slot is its own until it disconnects or `vacate` is called. */
  occupy(socket: Endpoints): void {
    const peer = peerOf(socket);
    const slot = this.slots.get(peer);
    if (slot) this.stopWaiting(peer, slot);
  }

  /** The peer is idle, so that its slot may go to another. It counts as the newest of those that wait. */
  vacate(socket: Endpoints): void {
    const peer = peerOf(socket);
    const slot = this.slots.get(peer);
    if (slot) this.startWaiting(peer, slot);
  }

  private add(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unknown';
    if (this.slots.size >= this.options.connectionsMax && !this.displaceOne()) {
      socket.destroy();
      this.options.refused?.(address);
      return;
    }
    const peer = peerOf(socket);
    const slot = { socket, address, source: networkOf(address) };
    this.slots.set(peer, slot);
    this.startWaiting(peer, slot);
    socket.once('close', () => {
      if (this.slots.get(peer) !== slot) return;
      this.slots.delete(peer);
      this.stopWaiting(peer, slot);
    });
  }

  private displaceOne(): boolean {
    let most: Set<string> | null = null;
    for (const peers of this.waiting.values()) if (!most || peers.size > most.size) most = peers;
    const [peer] = most ?? [];
    const slot = peer === undefined ? undefined : this.slots.get(peer);
    if (peer === undefined || !slot) return false;
    this.slots.delete(peer);
    this.stopWaiting(peer, slot);
    slot.socket.destroy();
    this.options.displaced?.(slot.address);
    return true;
  }

  private startWaiting(peer: string, { source }: Slot): void {
    const peers = this.waiting.get(source);
    if (peers) peers.add(peer);
    else this.waiting.set(source, new Set([peer]));
  }

  private stopWaiting(peer: string, { source }: Slot): void {
    const peers = this.waiting.get(source);
    peers?.delete(peer);
    if (peers?.size === 0) this.waiting.delete(source);
  }
}

/** Closes connections whose TLS handshake fails or takes too long: Node reports the latter, and leaves them open. */
export function closeFailedHandshakes(
  server: TlsServer,
  failed: (error: Error, address: string) => void,
): void {
  server.on('tlsClientError', (error, socket) => {
    failed(error, socket.remoteAddress ?? 'unknown');
    socket.destroy();
  });
}

/** One port of a client may be connected to several ports and addresses of this computer at once. */
function peerOf({ remoteAddress, remotePort, localAddress, localPort }: Endpoints): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
