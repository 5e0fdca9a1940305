import { type Packet, parser } from 'mqtt-packet';
import { decodeBatch } from '../../../shared/contract/batch.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';

/** A batch that the gateway has sent to the cloud. */
export interface SentBatch {
  lane: Lane;
  firstSeq: number;
  lastSeq: number;
  /** Number of the connection that it went over, from 1. */
  connection: number;
}

/** Reads along what the gateway sends to the cloud: events must go before readings. */
export class UplinkTap {
  /** Called with every batch. */
  onBatch: (batch: SentBatch) => void = () => undefined;
  /** Newest event block that is known to have been journalled. Raised by whoever asks the gateway. */
  eventsKnown = 0;
  connections = 0;
  /** Violations of "events before bulk", as sentences. */
  readonly overtaken: string[] = [];
  /** Connections on which events went that had waited for it, and then readings: the order was seen. */
  compared = 0;

  /** For one new connection; call the result with what the gateway sends on it. */
  connection(): (chunk: Buffer) => void {
    const number = ++this.connections;
    const known = this.eventsKnown;
    let readingsSeen: number | null = null;
    let waitedFirst = false;
    let isCompared = false;
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet: Packet) => {
      if (packet.cmd !== 'publish') return;
      const { lane, firstSeq, lastSeq } = blocksOf(packet.payload as Buffer);
      this.onBatch({ lane, firstSeq, lastSeq, connection: number });
      if (lane === 'readings') {
        readingsSeen ??= firstSeq;
        if (waitedFirst && !isCompared) this.compared++;
        isCompared ||= waitedFirst;
      }
      if (lane !== 'events' || firstSeq > known) return;
      waitedFirst = true;
      if (readingsSeen === null) return;
      this.overtaken.push(
        `connection ${number}: event blocks ${firstSeq} to ${lastSeq} (journalled up to ${known} before it) ` +
          `went after readings from block ${readingsSeen}`,
      );
    });
    packets.on('error', () => {});
    return (chunk) => void packets.parse(chunk);
  }
}

function blocksOf(frame: Buffer): { lane: Lane; firstSeq: number; lastSeq: number } {
  const { lane, blocks } = decodeBatch(frame).header;
  return { lane, firstSeq: blocks[0]!.seq, lastSeq: blocks.at(-1)!.seq };
}
