import { describe, expect, it } from 'vitest';
import { windowDigest } from '../../../../shared/contract/decisions/window-digest.ts';
import type { DecisionRecord } from '../../../../shared/contract/events.ts';
import type { Assessor } from '../../../ports/decision.ts';
import type { FoundWindow } from '../../../ports/replay/replay.ts';
import { alertBench } from '../alert-bench.testing.ts';
import { compared } from './compare.ts';
import { replayAlerts } from './replay.ts';

/** A record as the alert decision writes it, with its window. */
async function recordedBy(assessors: 'model' | 'rules' | 'itself'): Promise<DecisionRecord> {
  const bench = await alertBench();
  const decision = await bench.started({ sampleMs: 1 });
  if (assessors !== 'model') bench.state.model = 'ignorant';
  bench.state.selfLearned = assessors === 'itself';
  await bench.evaluate(decision, 100, 1, { place: { journal: 'j', from: 1, to: 4 } });
  await decision.stop();
  await bench.dispose();
  return bench.records()[0]!.data;
}

async function replay(
  record: DecisionRecord,
  more: { found?: FoundWindow; answers?: Assessor['assess']; notRepeatable?: string; backend?: string } = {},
) {
  const bench = await alertBench();
  const { machine, window } = bench.input();
  await bench.dispose();
  const answer = {
    source: record.answer.model ? ('model' as const) : ('rules' as const),
    model: record.answer.model as never,
    remainingLife: record.answer.remainingLife as never,
    health: record.answer.health as number,
    anomaly: 0.7,
    confidence: record.confidence,
    contributions: [],
  };
  const assess: Assessor['assess'] = async (inputs) => {
    for (const input of inputs) expect(windowDigest(input.window)).toBe(record.window!.sha256);
    return inputs.map(() => answer);
  };
  const assessor: Assessor = {
    name: 'a',
    version: '1',
    assess: more.answers ?? assess,
    ...(more.backend !== undefined && { backend: more.backend }),
    ...(more.notRepeatable !== undefined && { notRepeatable: () => more.notRepeatable! }),
  };
  const found = more.found ?? { window, type: machine.type };
  const windows = { find: async (_: unknown, records: readonly unknown[]) => records.map(() => found) };
  const [outcome] = await replayAlerts([record], {
    modelAssessor: assessor,
    rulesAssessor: assessor,
    windows,
  });
  return outcome!;
}

describe('a recorded decision', () => {
  it.each(['model', 'rules'] as const)(
    'of %s is repeated from its window, whatever is normal now',
    async (by) => {
      const outcome = await replay(await recordedBy(by));
      expect(outcome).toMatchObject({ outcome: 'same', detail: 'the same answer, bit by bit' });
      expect(Object.keys(outcome.figures!)).toEqual(['p10', 'p50', 'p90', 'health', 'confidence']);
    },
  );

  it('that comes out otherwise is told with its figures', async () => {
    const record = await recordedBy('model');
    const changed = { ...record, confidence: record.confidence + 1e-12 };
    const outcome = await replay(record, {
      answers: async () => [
        { ...(record.answer as never as object), confidence: changed.confidence, contributions: [] } as never,
      ],
    });
    expect(outcome).toMatchObject({ outcome: 'differs' });
    expect(outcome.detail).toContain(`confidence ${changed.confidence}, recorded ${record.confidence}`);
  });

  it('of another backend may differ in the last digits, and by no more', async () => {
    const figures = { p50: { recorded: 100, replayed: 100.05 } };
    const backends = { recorded: 'wasm', replayed: 'cpu' };
    expect(compared(figures, backends)).toEqual({
      outcome: 'close',
      detail: 'the same answer within 0.1 % of each figure on cpu (recorded on wasm)',
    });
    expect(compared(figures, null).outcome).toBe('differs');
    expect(compared({ p50: { recorded: 100, replayed: 100.2 } }, backends).outcome).toBe('differs');
    expect(compared({ p50: { recorded: null, replayed: 100 } }, backends).outcome).toBe('differs');
  });

  it('cannot be repeated if its readings are gone', async () => {
    const found = { missing: 'its readings are no longer in the journal' };
    expect(await replay(await recordedBy('model'), { found })).toMatchObject({
      outcome: 'impossible',
      detail: found.missing,
    });
  });

  it('cannot be repeated if the version that answered is not installed, or does not answer', async () => {
    const record = await recordedBy('model');
    const other = { ...record, answer: { ...record.answer, model: { name: 'wear-net', version: '1.9.0' } } };
    const newer: Assessor['assess'] = async (inputs) =>
      inputs.map(() => ({ ...(record.answer as never as object), contributions: [] }) as never);
    expect(await replay(other, { answers: newer })).toMatchObject({
      outcome: 'impossible',
      detail: "model wear-net 1.9.0 is not installed for machine type 'pump': wear-net 2.0.0 is",
    });
    expect((await replay(record, { answers: async () => [null] })).detail).toContain('is not installed');
    const gone = () => Promise.reject(new Error('worker gone'));
    expect((await replay(record, { answers: gone })).detail).toBe('a does not answer now: worker gone');
  });

  it('cannot be repeated if it was judged by the machine’s own past', async () => {
    expect((await replay(await recordedBy('itself'))).detail).toContain('of which no snapshot was kept');
    const why = 'it was judged by how far it was from its own past';
    expect((await replay(await recordedBy('rules'), { notRepeatable: why })).detail).toBe(why);
  });
});
