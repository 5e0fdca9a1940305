import { gunzipSync } from 'node:zlib';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import type { Block, JournalStats } from '../ports/journal.ts';
import { knownIdsMax } from './event-queue.ts';

/** Bytes of the lane's tail that are read at first; four times as many until they hold enough ids. */
const tailBytesMin = 256 << 10;

interface EventsJournal {
  tail(lane: string, bytesMax: number): AsyncIterable<Block>;
  lane(name: string): { stats(): Pick<JournalStats, 'bytes'> };
}

/** After a restart, remembers the ids of as many of the latest events as the queue knows, to recognise their resends. */
export async function replayEventIds(
  journal: EventsJournal,
  queue: { remember(id: string): void },
): Promise<void> {
  const { bytes } = journal.lane('events').stats();
  for (let tailBytes = tailBytesMin; ; tailBytes *= 4) {
    const ids = await idsIn(journal.tail('events', tailBytes));
    if (ids.length < knownIdsMax && tailBytes < bytes) continue;
    for (const id of ids) queue.remember(id);
    return;
  }
}

async function idsIn(blocks: AsyncIterable<Block>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { codec, body } of blocks) {
    const text = (codec === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    for (const line of linesOf(text)) {
      const event: unknown = JSON.parse(line);
      if (typeof event === 'object' && event !== null && 'id' in event) ids.push(String(event.id));
    }
  }
  return ids;
}
