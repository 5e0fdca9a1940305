/** Changes messages like a proxy that understands MQTT only in part. */
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import type { Draw } from '../draw/draw.ts';

export type Meddling =
  /** Sends messages twice, like a proxy that retries. */
  | 'repeats'
  /** Sends a message before the one that preceded it. */
  | 'swaps'
  /** Flips a bit in a batch. */
  | 'flips'
  /** Gives batches of readings a newer format, as if the cloud had been put back to an older version. */
  | 'newer-format';

export const damaging: readonly Meddling[] = ['flips', 'newer-format'];

/** Changes the messages of one connection, from its start; other packets pass unchanged. */
export class Meddler {
  readonly #kind: Meddling;
  readonly #draw: Draw;
  readonly #parser = parser({ protocolVersion: 4 });
  #out: Buffer[] = [];
  #held: Buffer | null = null;

  constructor(kind: Meddling, draw: Draw) {
    this.#kind = kind;
    this.#draw = draw;
    this.#parser.on('packet', (packet: Packet) => this.#take(packet));
    this.#parser.on('error', () => {});
  }

  change(chunk: Buffer): Buffer {
    this.#parser.parse(chunk);
    const out = Buffer.concat(this.#out);
    this.#out = [];
    return out;
  }

  #take(packet: Packet): void {
    const strikes = packet.cmd === 'publish' && this.#draw.chance(0.4);
    if (packet.cmd === 'publish') this.#damage(packet, strikes);
    const bytes = generate(packet, { protocolVersion: 4 });
    if (strikes && this.#kind === 'swaps' && this.#held === null) {
      this.#held = bytes;
      return;
    }
    this.#out.push(bytes);
    if (strikes && this.#kind === 'repeats') this.#out.push(bytes);
    if (packet.cmd !== 'publish' || this.#held === null) return;
    this.#out.push(this.#held);
    this.#held = null;
  }

  #damage(packet: IPublishPacket, strikes: boolean): void {
    const payload = packet.payload as Buffer;
    if (this.#kind === 'flips' && strikes)
      payload[this.#draw.int(0, payload.length - 1)]! ^= 1 << this.#draw.int(0, 7);
    if (this.#kind === 'newer-format' && packet.topic.endsWith('/readings')) payload.write('HBB2');
  }
}
