import { linesOf, parseLine } from '../../../shared/contract/line-protocol.ts';
import { stateCode } from '../../../shared/domain/states.ts';
import { sensorOf, textOf } from '../../decode/blocks/replay-tail.ts';
import type { Journal } from '../../ports/journal.ts';
import type { JournalReadings, ReadingsQuery } from '../../ports/replay/replay.ts';

/** Bytes that are read before other things are served. */
const bytesAtOnce = 256 << 10;

/** Reads what one machine has sent out of the journal, as the windows got it. Sensors take their turn between blocks. */
export async function readingsOf(
  journal: Pick<Journal, 'id' | 'read' | 'stats'>,
  query: ReadingsQuery,
): Promise<JournalReadings> {
  const { machine, sensors, afterSeq, toSeq, bytesMax } = query;
  const columns = new Map(sensors.map(({ name }, column) => [name, column]));
  const seqs: number[] = [];
  const times: number[] = [];
  const values: number[] = [];
  let bytes = 0;
  let at = afterSeq;
  while (at < toSeq && bytes < bytesMax) {
    const blocks = await journal.read(at, bytesAtOnce);
    if (blocks.length === 0) break;
    for (const block of blocks) {
      at = block.seq;
      if (at > toSeq) break;
      bytes += block.body.length;
      for (const text of linesOf(textOf(block))) {
        // The name stands in the line as it is, which is found sooner than the line is parsed.
        if (!text.includes(machine)) continue;
        const row = rowOf(text, query, columns);
        if (!row) continue;
        seqs.push(at);
        times.push(row.timeMs);
        values.push(...row.values);
      }
    }
  }
  return {
    journal: journal.id,
    firstSeq: journal.stats().firstSeq,
    isWhole: at >= toSeq,
    seq: Float64Array.from(seqs),
    timeMs: Float64Array.from(times),
    values: Float32Array.from(values),
  };
}

/** Returns the values of a line, one for each sensor; null for a line of another machine. */
function rowOf(
  text: string,
  { site, machine, machineType, sensors }: ReadingsQuery,
  columns: ReadonlyMap<string, number>,
): { timeMs: number; values: number[] } | null {
  const { measurement, tags, fields, timestampNs } = parseLine(text);
  if (measurement !== machineType || tags.site !== site || tags.machine !== machine) return null;
  const values = new Array<number>(sensors.length).fill(Number.NaN);
  for (const [field, value] of Object.entries(fields)) {
    const column = columns.get(sensorOf(field, value));
    if (column === undefined) continue;
    if (typeof value === 'number') values[column] = value;
    else if (typeof value === 'string') values[column] = stateCode(value, sensors[column]?.states);
  }
  return { timeMs: Number(timestampNs / 1_000_000n), values };
}
