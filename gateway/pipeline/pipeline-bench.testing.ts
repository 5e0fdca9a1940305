/** A test bench for the pipeline, with a disk that answers when the test says so. */
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { BlockBuilder } from '../decode/blocks/block-builder.ts';
import { FieldNotes } from '../decode/fields/field-notes.ts';
import { testMachines } from '../decode/fixtures.testing.ts';
import { ReadingIdentity } from '../decode/identity/reading-identity.ts';
import { RecentReadings } from '../decode/identity/recent-readings.ts';
import { compileRule } from '../decode/route-rules.ts';
import { Routes } from '../decode/routes.ts';
import { compileTopicPattern } from '../decode/topic-pattern.ts';
import { readingsMessage } from '../decode/typed/message.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Decoder } from '../ports/decode.ts';
import type { Block } from '../ports/journal.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { RawMessage, TypedReading } from '../ports/source.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { Pipeline } from './pipeline.ts';

export const now = 1_700_000_000_000;
/** A format whose messages name their machines: `{"meter-1": {"flow": 1}, "meter-2": {"state": "failed"}}`. */
const namingMachines: Decoder = {
  namesMachines: true,
  decode: (payload) =>
    Object.entries(JSON.parse(payload.toString())).map(([machine, content]) => {
      const { state, ...values } = content as { state?: 'failed' };
      return state === undefined ? { machine, values } : { machine, lifecycle: { state } };
    }),
};
const rules = [
  ...(await Promise.all([
    compileRule({ topic: 'telemetry/{site}/{machine}', format: 'json' }),
    compileRule({ topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' }),
    compileRule({ topic: 'lifecycle/{site}/{machine}', format: 'lifecycle' }),
    compileRule({
      ...{ topic: 'mapped/#', format: 'mapped', site: 'plant', machine: 'none' },
      mapping: {
        ...{ rest: 'leave', each: 'pumps.{pump}', machine: '{pump}' },
        fields: [{ path: 't', sensor: 'temperature', unit: '°C' }],
      },
    }),
    compileRule({
      ...{ topic: 'plain/#', format: 'mapped', site: 'plant' },
      mapping: { messages: [{ topic: 'plain/+/{machine}' }] },
    }),
  ])),
  {
    name: 'nodes',
    match: compileTopicPattern('nodes/{site}/{machine}'),
    decoder: namingMachines,
    site: undefined,
    machine: undefined,
  },
];

interface Gate {
  resolve(): void;
  reject(error: Error): void;
}

/** A pipeline with a disk that answers when the test says so. */
export function build() {
  const machines = testMachines();
  const recent = new RecentReadings(1 << 10);
  const blocks: Omit<Block, 'seq'>[] = [];
  const letters: Omit<DeadLetter, 'id'>[] = [];
  const columns: ColumnBatch[] = [];
  const changes: string[] = [];
  const maintained: MaintenanceReport[] = [];
  const gates: Gate[] = [];
  const state = { held: false, lettersFail: false, refused: false };
  const builder = new BlockBuilder(systemClock);
  const fields = new FieldNotes(silentLog, (schema, field) => builder.refuse(schema, field));
  const pipeline = new Pipeline({
    random: seededRandom(1),
    limited: unlimited,
    routes: new Routes(rules, machines, 1_000),
    identity: new ReadingIdentity(
      recent,
      { aheadMsMax: 60_000, behindMsMax: 3_600_000 },
      { assumed: { note() {} }, still: { note() {} } },
    ),
    builder,
    fields,
    journal(block) {
      blocks.push(block);
      return state.held
        ? new Promise((resolve, reject) => gates.push({ resolve: () => resolve(blocks.length), reject }))
        : Promise.resolve(blocks.length);
    },
    async deadLetters(added) {
      if (state.lettersFail) throw new Error('disk full');
      letters.push(...added);
    },
    lifecycle: async (change) => void changes.push(`${change.about.machine} ${change.state}`),
    maintenance: async (report) => {
      if (state.refused)
        throw new HarbingerError('MAINTENANCE_INVALID', 'intelligence', 'it is over already');
      maintained.push(report);
    },
    windows: (batch) => void columns.push(batch),
  });
  const take = (...messages: ([string, string] | [string, string, boolean])[]): Promise<unknown> =>
    pipeline.take((each) => {
      for (const [topic, payload, resend = false] of messages)
        each({ topic, payload: Buffer.from(payload), client: 'c1', receivedMs: now, resend, connection: 0 });
    });
  const handIn = (readings: readonly TypedReading[], about: Partial<RawMessage> = {}) =>
    pipeline.take((each) => {
      const sent = { client: 'bus', receivedMs: now, resend: false, connection: 1, origin: 'bus:line-1' };
      each({ ...readingsMessage({ ...sent, readings }), ...about });
    }, about.letter !== undefined);
  return {
    take,
    handIn,
    pipeline,
    machines,
    recent,
    fields,
    builder,
    blocks,
    letters,
    columns,
    changes,
    maintained,
    gates,
    state,
  };
}

export function linesOfBlock(block: Omit<Block, 'seq'>): string[] {
  const raw = block.codec === 'gzip' ? gunzipSync(block.body) : block.body;
  expect(raw.length).toBe(block.rawBytes);
  const lines = raw.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(block.lines);
  return lines;
}
