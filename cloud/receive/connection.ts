import type { Socket } from 'node:net';
import type { Client } from 'aedes';
import {
  type BatchRefusalCode,
  encodeBatchRefusal,
  isBatchRefusal,
} from '../../shared/contract/batch-refusal.ts';
import { refusalTopic } from '../../shared/contract/topics.ts';
import { onNextTurn } from '../../shared/runtime/clock.ts';
import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Sender } from '../ports/log.ts';

/**
 * Limits for the unacknowledged batches of one connection. At a limit, the connection is not read until some are
 * acknowledged.
 */
const heldBatchesMax = 64;
const heldBytesMax = 48 << 20;

/** Counts the bytes of unacknowledged batches of all connections together. */
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
 * One authenticated connection of a gateway. Aedes does not read further until `authorizePublish` has answered, so a
 * slow batch of readings would keep the gateway's pings and alerts in the socket. `hold` makes it read further, within
 * bounds.
 */
export class Connection implements Sender {
  readonly gateway: string;
  /** The client id: different for each process that connects under the gateway's name. */
  readonly instance: string;
  readonly address: string;
  private readonly client: Client;
  private readonly all: HeldBytes;
  private readonly controller = new AbortController();
  private batches = 0;
  private bytes = 0;
  private hearsRefusals = false;
  private hasRefused = false;

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

  /**
   * A refused batch leaves the connection open, for the other lanes. So does a batch behind one that was refused, and any
   * that is out of order, if the gateway can be told: otherwise only a new connection makes it begin again in order.
   */
  survives(error: unknown): boolean {
    return isBatchRefusal(error) && (error.code !== 'BATCH_ORDER' || this.hearsRefusals || this.hasRefused);
  }

  /** From now on the gateway is told of refusals. */
  subscribedToRefusals(): void {
    this.hearsRefusals = true;
  }

  /** Leaves the batch of PUBLISH packet `packet` without an acknowledgement, tells the gateway why, and reads on. */
  refuse(packet: number, error: HarbingerError & { readonly code: BatchRefusalCode }): void {
    this.hasRefused = true;
    if (this.hearsRefusals) {
      const payload = encodeBatchRefusal(packet, error);
      const topic = refusalTopic(this.gateway);
      this.client.publish(
        { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false },
        () => undefined,
      );
    }
    this.readOn();
  }

  closed(): void {
    this.controller.abort();
  }

  /** Counts a batch as unacknowledged. Returns a function that releases it. */
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

  /** Makes Aedes read further. Its own `resume` does that, but must not run inside the parser that called us. */
  private readOn(): void {
    const client = this.client as Client & { resume(): void };
    onNextTurn(() => {
      if (!client.closed) client.resume();
    });
  }
}
