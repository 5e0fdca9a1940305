import { type Packet, parser } from 'mqtt-packet';
import { decodeBatch } from '../../../shared/contract/batch.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { parseUplinkTopic } from '../../../shared/contract/topics.ts';
import { shortLimits } from './limits.ts';

/** A batch that the gateway has sent to the cloud. */
export interface SentBatch {
  lane: Lane;
  firstSeq: number;
  lastSeq: number;
  /** Number of the connection that it was sent on, from 1. */
  connection: number;
}

const keptMax = 1_000;

/** Reads along what the gateway sends to the cloud, and checks that events go before readings. */
export class UplinkTap {
  /** Called with every batch. */
  onBatch: (batch: SentBatch) => void = () => undefined;
  /** Number of the newest event block that is known to be journalled. Raised by the caller that asks the gateway. */
  eventsKnown = 0;
  connections = 0;
  /** Violations of "events before readings", as sentences. */
  readonly overtaken: string[] = [];
  /** Number of connections on which waiting events and then readings were sent, so that the order was checked. */
  compared = 0;
  /**
   * Journals of which events were sent on a connection that damages bytes. The cloud refuses such a batch, so it waits, and all
   * events behind it, also at the beginning of the next connection; readings go on meanwhile.
   */
  readonly #damaged = new Set<string>();
  /** Event batches of former connections, the oldest first. */
  #sentEvents: { journal: string; firstSeq: number; lastSeq: number; connection: number; atMs: number }[] =
    [];
  readonly #nowMs: () => number;
  readonly #ackMsMax: number;
  /** The journal of the latest batch: another one numbers its blocks anew. */
  #journal: string | null = null;

  /** The gateway's journal is an earlier one again, and uses sequence numbers a second time. */
  rolledBack(): void {
    this.eventsKnown = 0;
    this.#damaged.clear();
    this.#sentEvents = [];
  }

  /**
   * @param nowMs a monotonic clock @param ackMsMax a batch that is not confirmed for so long, while others are, counts as refused:
   * it waits, and all events behind it, also at the beginning of the next connection
   */
  constructor(nowMs = () => performance.now(), ackMsMax = shortLimits.uplink.ackMsMax) {
    this.#nowMs = nowMs;
    this.#ackMsMax = ackMsMax;
  }

  /** Returns a function for one new connection, to be called with the bytes that the gateway sends on it. */
  connection({ checksOrder } = { checksOrder: true }): (chunk: Buffer) => void {
    const number = ++this.connections;
    const known = this.eventsKnown;
    const beganMs = this.#nowMs();
    const wasUnconfirmed = (journal: string, seq: number) =>
      this.#sentEvents.some(
        (sent) =>
          sent.journal === journal &&
          sent.connection < number &&
          sent.firstSeq <= seq &&
          seq <= sent.lastSeq &&
          beganMs - sent.atMs >= this.#ackMsMax,
      );
    const journalBefore = this.#journal;
    let readingsSeen: number | null = null;
    let waitedFirst = false;
    // A batch that the cloud did not answer in time is sent again on the same connection, after others.
    let eventsSent = 0;
    let hasWaited = false;
    let isCompared = false;
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet: Packet) => {
      // Other topics carry what is not a batch, such as the last word of a gateway that is stopped.
      if (packet.cmd !== 'publish' || parseUplinkTopic(packet.topic) === null) return;
      const { lane, firstSeq, lastSeq, journal } = blocksOf(packet.payload as Buffer);
      this.#journal = journal;
      this.onBatch({ lane, firstSeq, lastSeq, connection: number });
      if (lane === 'readings') {
        readingsSeen ??= firstSeq;
        if (waitedFirst && !isCompared) this.compared++;
        isCompared ||= waitedFirst;
      }
      if (lane !== 'events') return;
      if (!checksOrder) this.#damaged.add(journal);
      else if (this.#damaged.delete(journal) || wasUnconfirmed(journal, firstSeq)) hasWaited = true;
      this.#sentEvents.push({ journal, firstSeq, lastSeq, connection: number, atMs: this.#nowMs() });
      if (this.#sentEvents.length > keptMax) this.#sentEvents.shift();
      const isOther = journalBefore !== null && journal !== journalBefore;
      if (!checksOrder || isOther) return;
      const isAgain = hasWaited || lastSeq <= eventsSent;
      eventsSent = Math.max(eventsSent, lastSeq);
      if (firstSeq > known) return;
      waitedFirst = true;
      if (readingsSeen === null || isAgain) return;
      this.overtaken.push(
        `connection ${number}: event blocks ${firstSeq} to ${lastSeq} (journalled up to ${known} before it) ` +
          `were sent after readings from block ${readingsSeen}`,
      );
    });
    packets.on('error', () => {});
    return (chunk) => void packets.parse(chunk);
  }
}

function blocksOf(frame: Buffer) {
  const { lane, blocks, journal } = decodeBatch(frame).header;
  // The last digits of a journal's name are those of the run that wrote the blocks.
  return { lane, journal: journal.slice(0, -6), firstSeq: blocks[0]!.seq, lastSeq: blocks.at(-1)!.seq };
}
