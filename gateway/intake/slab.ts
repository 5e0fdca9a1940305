/**
 * A slab: messages packed into one buffer, so that many cross from the main thread to the data thread as one transfer.
 *
 *     per message   u32 topic length · u32 client length · u32 payload length · u8 flags (1: resend) · 3 bytes padding
 *                   f64 receivedMs · topic · client · payload, the next message 8-aligned
 *
 * It lives in memory only; both sides are of one build.
 */
import type { RawMessage } from '../ports.ts';

const headBytes = 24;

export function slabBytes(message: RawMessage): number {
  const text = Buffer.byteLength(message.topic) + Buffer.byteLength(message.client);
  return (headBytes + text + message.payload.length + 7) & ~7;
}

/** Fills one buffer with messages. */
export class SlabWriter {
  readonly buffer: Buffer;
  private length = 0;

  constructor(memory: ArrayBuffer) {
    this.buffer = Buffer.from(memory);
  }

  get bytes(): number {
    return this.length;
  }

  /** False if the message does not fit any more. */
  add(message: RawMessage): boolean {
    const { buffer } = this;
    const start = this.length;
    // A character is at most 3 bytes of UTF-8, so this never writes past the end and needs no length beforehand.
    const most = headBytes + (message.topic.length + message.client.length) * 3 + message.payload.length + 8;
    if (start + most > buffer.length) return false;
    let at = start + headBytes;
    const topicBytes = buffer.write(message.topic, at, 'utf8');
    at += topicBytes;
    const clientBytes = buffer.write(message.client, at, 'utf8');
    at += clientBytes;
    message.payload.copy(buffer, at);
    at += message.payload.length;
    buffer.writeUInt32LE(topicBytes, start);
    buffer.writeUInt32LE(clientBytes, start + 4);
    buffer.writeUInt32LE(message.payload.length, start + 8);
    buffer.writeUInt32LE(message.resend ? 1 : 0, start + 12);
    buffer.writeDoubleLE(message.receivedMs, start + 16);
    this.length = (at + 7) & ~7;
    return true;
  }
}

/** Calls back for each message; payloads are views into the slab, valid until it is handed back. */
export function readSlab(slab: Buffer, bytes: number, each: (message: RawMessage) => void): void {
  let at = 0;
  while (at < bytes) {
    const topicEnd = at + headBytes + slab.readUInt32LE(at);
    const clientEnd = topicEnd + slab.readUInt32LE(at + 4);
    const end = clientEnd + slab.readUInt32LE(at + 8);
    each({
      topic: slab.toString('utf8', at + headBytes, topicEnd),
      client: slab.toString('utf8', topicEnd, clientEnd),
      payload: slab.subarray(clientEnd, end),
      resend: slab.readUInt32LE(at + 12) === 1,
      receivedMs: slab.readDoubleLE(at + 16),
    });
    at = (end + 7) & ~7;
  }
}
