import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openJournals } from '../../../gateway/journal/journal-set.ts';
import { lanes } from '../../../shared/contract/lanes.ts';
import { linesOf } from '../../../shared/contract/line-protocol.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { pumpCarrier, pumpSeq } from '../../load/mqtt/pump-payload.ts';

const readBytes = 4 << 20;
const identityOf = new RegExp(`,machine=([^,]+),.*[ ,](cycles|${pumpCarrier})=([0-9.]+)`);

/**
 * Calls back with every (machine, running number) in a stopped gateway's journal. The number comes from the lines'
 * `cycles` field, or from the sensor that carries it in a pump's readings.
 */
export async function eachJournalled(
  gatewayDir: string,
  each: (machine: string, seq: number) => void,
): Promise<void> {
  const journals = await openJournals({
    dir: join(gatewayDir, 'journal'),
    lanes,
    limits: { bytesMax: 2 ** 40, whenFull: 'refuse' },
    clock: systemClock,
    log: silentLog,
    onLoss() {},
  });
  try {
    const lane = journals.lane('readings');
    let seq = lane.stats().firstSeq - 1;
    for (let blocks = await lane.read(seq, readBytes); blocks.length > 0; ) {
      for (const block of blocks) {
        const raw = block.codec === 'gzip' ? gunzipSync(block.body) : block.body;
        for (const line of linesOf(raw.toString('latin1'))) {
          const match = identityOf.exec(line);
          if (!match) continue;
          const value = Number(match[3]);
          each(match[1]!, match[2] === 'cycles' ? value : pumpSeq(value));
        }
        seq = block.seq;
      }
      blocks = await lane.read(seq, readBytes);
    }
  } finally {
    await journals.stop();
  }
}
