import { gunzipSync } from 'node:zlib';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import type { Block } from '../ports/journal.ts';

/** After a restart: the ids of the latest events are known again, so that a resend of one is recognised. */
export async function replayEventIds(
  journal: { tail(lane: string, bytesMax: number): AsyncIterable<Block> },
  bytesMax: number,
  queue: { remember(id: string): void },
): Promise<void> {
  for await (const { codec, body } of journal.tail('events', bytesMax)) {
    const text = (codec === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    for (const line of linesOf(text)) {
      const event: unknown = JSON.parse(line);
      if (typeof event === 'object' && event !== null && 'id' in event) queue.remember(String(event.id));
    }
  }
}
