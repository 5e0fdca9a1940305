/** Machines that no rule names: they wait, are summarised, and are taken in or ignored while the gateway runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { GatewayConfig } from '../config.ts';
import { readingsMessage } from '../decode/typed/message.ts';
import { type DataPlane, startDataPlane } from '../pipeline/plane.ts';
import type { ColumnBatch } from '../ports/watch.ts';

const readConfig = compileValidator(GatewayConfig);
const maria = { by: 'maria', address: '10.0.0.9' };
let folder: string;
const planes: DataPlane[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-onboarding-'));
});
afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.calls.stop();
  rmSync(folder, { recursive: true });
});

async function start(table: object = {}) {
  const rows: { machine: string; timeMs: number }[] = [];
  const names: string[] = [];
  const columns = ({ newMachines, machineIndex, timeMs, replay }: ColumnBatch) => {
    for (const one of newMachines) names[one.machineIndex] = `${one.site}/${one.machine} ${one.machineType}`;
    if (!replay)
      machineIndex.forEach((index, i) => void rows.push({ machine: names[index]!, timeMs: timeMs[i]! }));
  };
  const plane = await startDataPlane(
    {
      config: readConfig({ gateway: 'g', dataDir: folder, ...table }, (problem) => new Error(problem)),
      types: loadMachineTypes([builtInTypesDir]),
    },
    {
      ...{ clock: systemClock, random: systemRandom, limited: unlimited, log: silentLog },
      ...{ columns, lifecycle() {}, maintenance: async () => {} },
    },
  );
  planes.push(plane);
  const take = (...messages: [topic: string, text: string, atMs?: number][]) =>
    plane.take((each) => {
      for (const [topic, text, receivedMs = Date.now()] of messages) {
        const payload = Buffer.from(text);
        each({ topic, payload, client: 'c', receivedMs, resend: false, connection: 0 });
      }
    });
  const stop = async () => {
    planes.splice(planes.indexOf(plane), 1);
    await plane.calls.stop();
  };
  const waiting = async () => (await plane.calls.machinesWaiting(100)).machines;
  const readings = async () => (await plane.calls.status()).pipeline.readings;
  return { plane, take, stop, rows, waiting, readings };
}

describe('a machine that no rule names', () => {
  it('waits, with its fields, their kinds and ranges, its rate, and what is held of it', async () => {
    const { take, waiting } = await start();
    const nowMs = Date.now();
    for (let i = 0; i < 4; i++)
      await take([
        'telemetry/hall3/saw-1',
        JSON.stringify({ temperature: 20 + i, mode: i < 2 ? 'AUTO' : 'HAND', on: true, hours: 100 + i }),
        nowMs - 40_000 + i * 10_000,
      ]);
    const [saw] = await waiting();
    expect(saw).toMatchObject({ site: 'hall3', machine: 'saw-1', messages: 4, held: 4, stepMs: 10_000 });
    expect(saw).toMatchObject({ topics: ['telemetry/hall3/saw-1'], sender: 'c', hasMoreFields: false });
    expect(saw!.fields).toMatchObject([
      { name: 'temperature', numbers: 4, low: 20, high: 23, isWhole: true, rises: 3, falls: 0 },
      { name: 'mode', texts: 4, states: ['AUTO', 'HAND'], low: null },
      { name: 'on', booleans: 4, last: 'true' },
      { name: 'hours', numbers: 4, low: 100, high: 103 },
    ]);
    expect(saw!.samples[0]).toContain('"temperature":20');
  });

  it('shows of a message that is not text only its length', async () => {
    const { plane, waiting } = await start({ routes: [{ topic: 'c/{site}/{machine}', format: 'cbor' }] });
    const message = { topic: 'c/hall3/saw', payload: Buffer.from([0xa1, 0x61, 0x61, 0x01]), client: 'c' };
    await plane.take((each) => each({ ...message, receivedMs: Date.now(), resend: false, connection: 0 }));
    expect(await waiting()).toMatchObject([
      { samples: ['(4 bytes that are not text)'], fields: [{ name: 'a', low: 1 }] },
    ]);
  });

  it('is known again after a restart, by what is held of it', async () => {
    const first = await start();
    await first.take(['telemetry/hall3/saw-1', '{"temperature":20}'], ['telemetry/hall3/saw-1', '{"rpm":9}']);
    await first.stop();
    const { waiting } = await start();
    expect(await waiting()).toMatchObject([
      {
        machine: 'saw-1',
        held: 2,
        fields: [
          { name: 'temperature', low: 20 },
          { name: 'rpm', low: 9 },
        ],
      },
    ]);
  });

  it('waits too if a source hands in its readings, or its message is of several machines', async () => {
    const { plane, waiting } = await start({
      routes: [{ topic: 'j/{site}', format: 'json', machine: 'gw' }],
    });
    const base = { client: 'bus', receivedMs: Date.now(), resend: false, connection: 0 };
    const readings = [
      { site: 'hall3', machine: 'm1', values: [['flow', 9007199254740993n] as const] },
      { site: 'hall3', machine: 'm2', values: [['level', 3] as const] },
    ];
    await plane.take((each) =>
      each(readingsMessage({ ...base, user: undefined, origin: 'bus:1', readings })),
    );
    expect((await waiting()).map(({ machine, held, fields }) => [machine, held, fields[0]?.name])).toEqual([
      ['m1', 1, 'flow'],
      ['m2', 1, 'level'],
    ]);
  });
});

describe('accepting a machine', () => {
  it('takes in what is held, with its own times, and all that comes; also after a restart', async () => {
    const first = await start();
    const atMs = Date.now() - 60_000;
    await first.take(['telemetry/hall3/saw-1', `{"temperature":20,"ts":${atMs - 5_000}}`, atMs]);
    await first.take(['telemetry/hall3/saw-1', '{"temperature":21}', atMs + 1_000]);
    await first.take(['telemetry/attic/fan', '{"temperature":1}', atMs]);
    const outcome = await first.plane.calls.machinesAccept({ match: 'hall3/saw-1', type: 'motor' }, maria);
    expect(outcome).toEqual({ redriven: 2, failedAgain: 0, left: 0, machines: ['hall3/saw-1'] });
    expect(first.rows).toEqual([
      { machine: 'hall3/saw-1 motor', timeMs: atMs - 5_000 },
      { machine: 'hall3/saw-1 motor', timeMs: atMs + 1_000 },
    ]);
    expect((await first.waiting()).map(({ machine }) => machine)).toEqual(['fan']);
    await first.take(['telemetry/hall3/saw-1', '{"temperature":22}']);
    expect(await first.readings()).toBe(3);
    await first.stop();
    const second = await start();
    await second.take(['telemetry/hall3/saw-1', '{"temperature":23}']);
    expect(await second.readings()).toBe(1);
    const declared = await second.plane.calls.machinesDeclared();
    expect(declared).toMatchObject([{ match: 'hall3/saw-1', type: 'motor', ...maria }]);
    // Nothing is left that could be stored twice.
    const again = await second.plane.calls.machinesAccept({ match: 'hall3/saw-1', type: 'motor' }, maria);
    expect(again.redriven).toBe(0);
  });

  it('by a pattern takes in all of that shape, and leaves others', async () => {
    const { plane, take, readings, waiting } = await start();
    await take(
      ['telemetry/hall3/saw-1', '{"a":1}'],
      ['telemetry/hall3/saw-2', '{"a":1}'],
      ['telemetry/hall4/saw-1', '{"a":1}'],
    );
    await plane.calls.machinesAccept({ match: 'hall3/+', type: 'generic' }, maria);
    expect(await readings()).toBe(2);
    await take(['telemetry/hall3/saw-3', '{"a":1}']);
    expect(await readings()).toBe(3);
    expect((await waiting()).map(({ site }) => site)).toEqual(['hall4']);
  });

  it('as a type that was added after the start is possible, and as an unknown one refused', async () => {
    const { plane, take, rows } = await start();
    await take(['telemetry/hall3/saw-1', '{"a":1}']);
    const accept = (type: string) =>
      plane.calls.machinesAccept({ match: 'hall3/saw-1', type }, maria).catch(({ code }) => code);
    expect(await accept('saw')).toBe('ONBOARDING_TYPE');
    const generic = loadMachineTypes([builtInTypesDir]).get('generic') as MachineType;
    await plane.calls.addType({ ...generic, name: 'saw' });
    expect(await accept('saw')).toMatchObject({ redriven: 1 });
    expect(rows[0]!.machine).toBe('hall3/saw-1 saw');
    expect(await accept('motor')).toBe('ONBOARDING_KNOWN');
  });

  it('is refused where the configuration says something else, and for names of another form', async () => {
    const { plane } = await start({ machines: [{ match: 'lab/*', type: 'pump' }] });
    const codes = ['lab/pump-1', 'hall3', 'a/b/c', 'hall3/#'].map((match) =>
      plane.calls.machinesAccept({ match, type: 'motor' }, maria).catch(({ code }) => code),
    );
    expect(await Promise.all(codes)).toEqual(['ONBOARDING_CONFIGURED', ...Array(3).fill('ONBOARDING_MATCH')]);
  });

  it('can be taken back: the machine waits again', async () => {
    const { plane, take, waiting } = await start();
    await take(['telemetry/hall3/saw-1', '{"a":1}']);
    await plane.calls.machinesAccept({ match: 'hall3/saw-1', type: 'generic' }, maria);
    const undone = await plane.calls.machinesUndo('hall3/saw-1', maria);
    expect(undone).toEqual({ isKnown: true, machines: ['hall3/saw-1'] });
    await plane.calls.machinesRetire([{ site: 'hall3', machine: 'saw-1' }], []);
    await take(['telemetry/hall3/saw-1', '{"a":2}']);
    expect(await waiting()).toMatchObject([{ machine: 'saw-1', held: 1 }]);
    expect(await plane.calls.machinesUndo('hall3/saw-1', maria)).toEqual({ isKnown: false, machines: [] });
  });

  it('that was taken back by half is forgotten when it is asked for again', async () => {
    const { plane, take } = await start();
    await take(['telemetry/hall3/saw-1', '{"a":1}']);
    await plane.calls.machinesAccept({ match: 'hall3/saw-1', type: 'generic' }, maria);
    await plane.calls.machinesUndo('hall3/saw-1', maria);
    expect(await plane.calls.machinesUndo('hall3/saw-1', maria)).toEqual({
      isKnown: true,
      machines: ['hall3/saw-1'],
    });
  });

  it('is taken in as one type, when two people name two at once', async () => {
    const { plane, take } = await start();
    await take(['telemetry/hall3/saw-1', '{"temperature":1}']);
    const accept = (type: string) =>
      plane.calls.machinesAccept({ match: 'hall3/saw-1', type }, maria).then(
        () => type,
        ({ code }: { code: string }) => code,
      );
    expect(await Promise.all([accept('generic'), accept('motor')])).toEqual(['generic', 'ONBOARDING_KNOWN']);
    expect(await plane.calls.machinesDeclared()).toMatchObject([{ type: 'generic' }]);
  });

  it('is taken in as one type, when one person names it and another one a pattern at once', async () => {
    const { plane, take, rows } = await start();
    await take(['telemetry/hall3/saw-1', '{"temperature":1}']);
    const accept = (match: string, type: string) =>
      plane.calls.machinesAccept({ match, type }, maria).then(
        () => type,
        ({ code }: { code: string }) => code,
      );
    const answers = await Promise.all([accept('hall3/+', 'generic'), accept('hall3/saw-1', 'motor')]);
    expect(answers).toEqual(['generic', 'ONBOARDING_KNOWN']);
    expect(rows.map(({ machine }) => machine)).toEqual(['hall3/saw-1 generic']);
    // It is an exception to the pattern while nothing is held of it.
    expect(await accept('hall3/saw-2', 'motor')).toBe('motor');
  });

  it('that was taken in and is to be ignored is forgotten, and nothing more is kept of it', async () => {
    const { plane, take, readings } = await start();
    await take(['telemetry/hall3/saw-1', '{"a":1}']);
    await plane.calls.machinesAccept({ match: 'hall3/saw-1', type: 'generic' }, maria);
    expect(await plane.calls.machinesIgnore('hall3/saw-1', maria)).toEqual({ machines: ['hall3/saw-1'] });
    await plane.calls.machinesRetire([{ site: 'hall3', machine: 'saw-1' }], []);
    await take(['telemetry/hall3/saw-1', '{"a":2}']);
    expect(await readings()).toBe(1);
  });
});

it('what an ignored machine sends is acknowledged and not kept, also after a restart', async () => {
  const first = await start();
  await first.take(['telemetry/hall3/phone', '{"a":1}']);
  await first.plane.calls.machinesIgnore('hall3/phone', maria);
  await first.take(['telemetry/hall3/phone', '{"a":2}']);
  expect(await first.waiting()).toEqual([]);
  expect((await first.plane.calls.status()).deadLetters.count).toBe(1);
  await first.stop();
  const { take, plane } = await start();
  await take(['telemetry/hall3/phone', '{"a":3}']);
  const status = await plane.calls.status();
  expect(status.deadLetters.count).toBe(1);
  expect(status.pipeline).toMatchObject({ deadLetters: 0, ignored: 1 });
  // Accepting it takes its place, and takes in what is held of before.
  expect(await plane.calls.machinesAccept({ match: 'hall3/phone', type: 'generic' }, maria)).toMatchObject({
    redriven: 1,
  });
});
