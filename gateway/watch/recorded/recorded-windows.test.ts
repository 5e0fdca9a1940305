import { beforeEach, expect, it } from 'vitest';
import { windowDigest } from '../../../shared/contract/decisions/window-digest.ts';
import type { DecisionRecord } from '../../../shared/contract/events.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import type { ReadingsQuery } from '../../ports/replay/replay.ts';
import { windowOf } from '../windows/window-of-type.ts';
import { RecordedWindowsInJournal } from './recorded-windows.ts';

const pump = loadMachineTypes().get('pump')!;
const columns = pump.sensors.length;
const journal = 'aabb';
const about = { site: 'plant', machine: 'p1' };
/** One reading in each block; odd blocks have the first half of the sensors, even ones the others. */
const rowOf = (seq: number) =>
  Float32Array.from({ length: columns }, (_, i) => (i < 7 === (seq % 2 === 1) ? seq + i / 100 : Number.NaN));

let firstSeq = 1;
let asked: ReadingsQuery[] = [];
const recorded = new RecordedWindowsInJournal({
  types: new Map([['pump', pump]]),
  typeOf: () => null,
  async readings(query) {
    asked.push(query);
    const seqs = Array.from({ length: 500 }, (_, i) => i + 1).filter(
      (seq) => seq >= firstSeq && seq > query.afterSeq && seq <= query.toSeq,
    );
    const values = new Float32Array(seqs.length * columns);
    seqs.forEach((seq, i) => {
      values.set(rowOf(seq), i * columns);
    });
    const seq = Float64Array.from(seqs);
    return { journal, firstSeq, isWhole: true, seq, timeMs: seq.map((each) => each * 1_000), values };
  },
});

/** The window after a block, as it was judged then. */
function judgedAt(last: number): { window: Float32Array; record: DecisionRecord } {
  const window = windowOf(pump, { take: () => false });
  for (let seq = 1; seq <= last; seq++) window.push(rowOf(seq), 0, columns, seq * 1_000);
  const copy = window.copy().slice();
  const record = {
    inputs: { machineType: 'pump' },
    window: {
      sha256: windowDigest(copy),
      rows: pump.windowRows,
      columns,
      end: new Date(last * 1_000).toISOString(),
      journal: { id: journal, from: last - 2 * (pump.windowRows - 1), to: last },
    },
  };
  return { window: copy, record: record as unknown as DecisionRecord };
}

beforeEach(() => {
  firstSeq = 1;
  asked = [];
});

it('windows are found again together, also where a row began in a block before its own', async () => {
  const those = [100, 102, 400].map(judgedAt);
  const found = await recorded.find(
    about,
    those.map(({ record }) => record),
  );
  expect(found.map((each) => 'window' in each && each.window)).toEqual(those.map(({ window }) => window));
  expect(asked.map(({ afterSeq }) => afterSeq)).toEqual([41, 0]);
});

const missing = async (record: DecisionRecord) => {
  const [found] = await recorded.find(about, [record]);
  return 'missing' in found! ? found.missing : '';
};

it('what cannot be found says why', async () => {
  const { record } = judgedAt(100);
  const window = record.window!;
  expect(await missing({ ...record, window: { ...window, sha256: 'f'.repeat(64) } })).toContain(
    'do not make the window',
  );
  const elsewhere = { ...window, journal: { ...window.journal!, id: 'ccdd' } };
  expect(await missing({ ...record, window: elsewhere })).toContain('another journal (ccdd)');
  expect(await missing({ ...record, window: { ...window, rows: 29 } })).toContain(
    'has changed: its window has 30 rows now',
  );
  expect(await missing({ ...record, window: { ...window, columns: 99 } })).toContain('had 99 sensors then');
  expect(await missing({ ...record, inputs: { machineType: 'mixer' } })).toContain(
    "does not know machine type 'mixer'",
  );
  const { journal: _, ...nowhere } = window;
  expect(await missing({ ...record, window: nowhere })).toContain('were in no journal');
  const { window: __, ...old } = record;
  expect(await missing(old as DecisionRecord)).toContain('an earlier version wrote it');
  firstSeq = 90;
  expect(await missing(record)).toBe(
    'its readings are no longer in the journal, which begins with block 90: they were in blocks 42 to 100',
  );
});

it('windows whose blocks are gone are found in readings that the cloud has stored, if these are the right ones', async () => {
  const { record, window } = judgedAt(100);
  firstSeq = 400;
  const seqs = Array.from({ length: 100 }, (_, i) => i + 1);
  const rows = seqs.map((seq) => [...rowOf(seq)].map((value) => (Number.isNaN(value) ? null : value)));
  const sensors = pump.sensors.map(({ name }) => name);
  const stored = { ...about, sensors, timesMs: seqs.map((seq) => seq * 1_000), rows };
  const [none] = await recorded.find(about, [record]);
  expect(none).toMatchObject({ isStoredWanted: true });
  const [found] = await recorded.find(about, [record], [stored]);
  expect('window' in found! && found.window).toEqual(window);
  const means = { ...stored, rows: rows.map((row) => row.map((value) => value && value + 0.01)) };
  const [other] = await recorded.find(about, [record], [means]);
  expect('missing' in other! && other.missing).toMatch(/no longer in the journal.*do not make the window/);
  expect(other).not.toHaveProperty('isStoredWanted');
});
