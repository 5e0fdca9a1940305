import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openJournals } from '../../gateway/journal/journal-set.ts';
import { lanes } from '../../shared/contract/lanes.ts';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';

const readBytes = 4 << 20;

/** Which (machine, running number) a stopped gateway's journal holds, out of the lines' `cycles` field. */
export async function journalledReadings(gatewayDir: string): Promise<[machine: string, seq: number][]> {
  const journals = await openJournals({
    dir: join(gatewayDir, 'journal'),
    lanes,
    limits: { bytesMax: 2 ** 40, whenFull: 'refuse' },
    clock: systemClock,
    log: silentLog,
    onLoss() {},
  });
  const found: [string, number][] = [];
  try {
    const lane = journals.lane('readings');
    let seq = lane.stats().firstSeq - 1;
    for (let blocks = await lane.read(seq, readBytes); blocks.length > 0; ) {
      for (const block of blocks) {
        const raw = block.codec === 'gzip' ? gunzipSync(block.body) : block.body;
        for (const line of linesOf(raw.toString('latin1'))) {
          const match = /,machine=([^,]+),.*[ ,]cycles=(\d+)/.exec(line);
          if (match) found.push([match[1]!, Number(match[2])]);
        }
        seq = block.seq;
      }
      blocks = await lane.read(seq, readBytes);
    }
  } finally {
    await journals.stop();
  }
  return found;
}
