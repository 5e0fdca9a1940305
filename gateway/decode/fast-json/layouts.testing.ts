/** For tests: messages that are read by layout, each of which must yield the same as parsing it. */
import { expect } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { LineWriter } from '../blocks/line-writer.ts';
import { checkReading } from '../contract.ts';
import { readingsIn } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import { Machines } from '../machines/machines.ts';
import { newRow } from '../row.ts';
import { Layouts, newTopicLayouts } from './layouts.ts';

const types = loadMachineTypes();

function seriesOf(type: string): MachineSchema {
  const machines = new Machines({
    gateway: 'edge',
    types,
    rules: [],
    unknown: { type },
    machinesMax: 10,
  });
  return machines.find('hall', 'm1');
}

/** Reads a message by parsing it; null if it is refused. */
function parsed(payload: Buffer, schema: MachineSchema, sensor: string | undefined) {
  const row = newRow();
  try {
    const target = { site: 'hall', machine: 'm1', ...(sensor !== undefined && { sensor }) };
    const readings = readingsIn(json.decode(payload, target));
    if (readings.length !== 1) return null;
    checkReading(schema, readings[0]!.values, row);
    return { reading: readings[0]!, row };
  } catch {
    return null;
  }
}

function lineOf(schema: MachineSchema, row: ReturnType<typeof newRow>): string {
  const writer = new LineWriter();
  writer.add(schema, row, 1_700_000_000_123, 42);
  return writer.take().toString('latin1');
}

const claimOf = ({ id, seq, deviceTime }: Pick<DecodedReading, 'id' | 'seq' | 'deviceTime'>) => ({
  id,
  seq,
  deviceTime: deviceTime && { ...deviceTime },
});

/**
 * Sends messages of some topics in turns, and returns how many took the fast path. Each of these must yield the same as
 * parsing.
 */
export function fastReads(
  type: string,
  sensor: string | undefined,
  payloads: Buffer[],
  topicCount = 1,
): number {
  const schema = seriesOf(type);
  const layouts = new Layouts();
  const topics = Array.from({ length: topicCount }, newTopicLayouts);
  const row = newRow();
  let short = 0;
  for (const [i, payload] of payloads.entries()) {
    const topic = topics[i % topicCount]!;
    const known = schema.set.sensors.length;
    if (layouts.read(topic, payload, schema, row)) {
      short++;
      const line = lineOf(schema, row);
      const claim = claimOf(layouts.claim as DecodedReading);
      const same = parsed(payload, schema, sensor);
      expect(same, payload.toString()).not.toBeNull();
      expect(schema.set.sensors.length).toBe(known);
      expect(line).toBe(lineOf(schema, same!.row));
      expect([row.present, row.ignored]).toEqual([same!.row.present, same!.row.ignored]);
      expect(claim).toEqual(claimOf(same!.reading));
    } else {
      const decoded = parsed(payload, schema, sensor);
      if (decoded) layouts.learn(topic, payload, { schema, sensor, ...decoded });
    }
  }
  return short;
}
