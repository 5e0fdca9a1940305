import { gunzipSync } from 'node:zlib';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import type { Block } from '../ports/journal.ts';

/** Bytes of the lane's tail to read: some thousands of events. */
const tailBytes = 256 << 10;

/** After a restart, remembers the ids of the latest events, so that a resend of one is recognised. */
export async function replayEventIds(
  journal: { tail(lane: string, bytesMax: number): AsyncIterable<Block> },
  queue: { remember(id: string): void },
  bytesMax = tailBytes,
): Promise<void> {
  for await (const { codec, body } of journal.tail('events', bytesMax)) {
    const text = (codec === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    for (const line of linesOf(text)) {
      const event: unknown = JSON.parse(line);
      if (typeof event === 'object' && event !== null && 'id' in event) queue.remember(String(event.id));
    }
  }
}
