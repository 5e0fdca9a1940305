import type { Socket } from 'node:net';
import type { Client } from 'aedes';
import type { Sender } from './lane-queues.ts';

/** Batches that wait for their acknowledgement, of one connection. Beyond it the connection is not read until some have. */
const heldBatchesMax = 64;
const heldBytesMax = 48 << 20;

/** The same for all connections together. */
export class HeldBytes {
  private readonly bytesMax: number;
  private bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get full(): boolean {
    return this.bytes >= this.bytesMax;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }
}

/**
 * One authenticated connection of a gateway. Aedes reads no further while `authorizePublish` holds a packet back, so a
 * slow batch of readings would keep the gateway's pings and alerts in the socket. `hold` lets it read on, within bounds.
 */
export class Connection implements Sender {
  readonly gateway: string;
  /** Its client id: another one for each process that calls itself so. */
  readonly instance: string;
  readonly address: string;
  private readonly client: Client;
  private readonly all: HeldBytes;
  private readonly controller = new AbortController();
  private batches = 0;
  private bytes = 0;

  constructor(gateway: string, client: Client, all: HeldBytes) {
    this.gateway = gateway;
    this.instance = client.id;
    this.address = (client.conn as Socket).remoteAddress ?? 'unknown';
    this.client = client;
    this.all = all;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  giveUp(error: Error): void {
    if (this.signal.aborted) return;
    this.controller.abort();
    this.client.conn.destroy(error);
  }

  closed(): void {
    this.controller.abort();
  }

  /** Counts a batch as held; returns how to let it go. */
  hold(bytes: number): () => void {
    this.batches++;
    this.bytes += bytes;
    this.all.add(bytes);
    if (this.batches < heldBatchesMax && this.bytes < heldBytesMax && !this.all.full) this.readOn();
    return () => {
      this.batches--;
      this.bytes -= bytes;
      this.all.add(-bytes);
    };
  }

  /** `resume` is what Aedes itself calls to go on reading; it must not run inside the parser that called us. */
  private readOn(): void {
    const client = this.client as Client & { resume(): void };
    setImmediate(() => {
      if (!client.closed) client.resume();
    });
  }
}
