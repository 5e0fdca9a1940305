import { Quotas } from '../../../../shared/bounds/quotas.ts';
import { networkOf } from '../../../../shared/security/network-of.ts';
import type { ReadBuffers } from './read-buffers.ts';

/** An owner may always have a few of the largest packets, whatever its share is: a packet that grows is copied. */
const packetsLeast = 4;

/**
 * Buffers for packets that have begun and are not whole. A client decides how long these stay and how large they get, so each
 * owner (a user, or the address of a client that has not signed in) has a share of the space for them.
 */
export class Unfinished {
  readonly buffers: ReadBuffers;
  private readonly quotas: Quotas;

  /** @param bytesMax how much one owner may have who is alone */
  constructor(
    buffers: ReadBuffers,
    { bytesMax, packetBytesMax }: { bytesMax: number; packetBytesMax: number },
  ) {
    this.buffers = buffers;
    this.quotas = new Quotas(Math.max(bytesMax, packetsLeast * packetBytesMax));
  }

  get bytes(): number {
    return this.quotas.total;
  }

  of(sender: Sender): UnfinishedOfOne {
    return new UnfinishedOfOne(this.buffers, this.quotas, sender);
  }
}

/** A connection. Whose it is shows when its client signs in. */
interface Sender {
  readonly rights: { user: string } | null;
  readonly origin: { address: string };
}

/** The buffers of one connection. */
export class UnfinishedOfOne {
  private readonly buffers: ReadBuffers;
  private readonly quotas: Quotas;
  private readonly sender: Sender;
  /** The owners of the buffers that are out: one, or two while a packet is copied. */
  private readonly owners = new Map<Buffer, string>();

  constructor(buffers: ReadBuffers, quotas: Quotas, sender: Sender) {
    this.buffers = buffers;
    this.quotas = quotas;
    this.sender = sender;
  }

  /** Null if the owner has as much as it may. */
  take(bytes: number): Buffer | null {
    const { rights, origin } = this.sender;
    const owner = rights === null ? `address ${networkOf(origin.address)}` : `user ${rights.user}`;
    if (!this.quotas.admits(owner, bytes)) return null;
    const buffer = this.buffers.take(bytes);
    this.owners.set(buffer, owner);
    this.quotas.add(owner, buffer.length);
    return buffer;
  }

  give(buffer: Buffer): void {
    const owner = this.owners.get(buffer);
    if (owner === undefined) return;
    this.owners.delete(buffer);
    this.quotas.remove(owner, buffer.length);
    this.buffers.give(buffer);
  }
}
