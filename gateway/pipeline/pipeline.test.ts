import { beforeEach, describe, expect, it } from 'vitest';
import { parseLine } from '../../shared/contract/line-protocol.ts';
import { replayTail } from '../decode/blocks/replay-tail.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { build, linesOfBlock, now } from './pipeline-bench.testing.ts';

let parts: ReturnType<typeof build>;
beforeEach(() => {
  parts = build();
});
const take: ReturnType<typeof build>['take'] = (...messages) => parts.take(...messages);

it('journals readings as line protocol and hands their columns to the windows', async () => {
  await take(
    ['telemetry/plant/meter-1', `{"temperature":21.5,"flow":3,"ts":${now}}`],
    ['telemetry/plant/meter-2/flow', '7'],
    ['telemetry/lab/bench', '{"volts":5}'],
  );
  const lines = linesOfBlock(parts.blocks[0]!);
  expect(lines[0]).toBe(`meter,gateway=gw,machine=meter-1,site=plant temperature=21.5,flow=3 ${now}000000`);
  expect(lines.slice(1).map((line) => parseLine(line))).toMatchObject([
    { measurement: 'meter', tags: { machine: 'meter-2' }, fields: { flow: 7 } },
    { measurement: 'open', tags: { machine: 'bench', site: 'lab' }, fields: { volts: 5 } },
  ]);
  const [batch] = parts.columns;
  expect(batch?.newMachines.map(({ machine }) => machine)).toEqual(['meter-1', 'meter-2', 'bench']);
  expect(batch?.newSensors).toEqual([{ machineIndex: 2, sensor: 'volts' }]);
  expect([...(batch?.offset ?? [])]).toEqual([0, 2, 4, 5]);
  expect([...(batch?.values ?? [])]).toEqual([21.5, 3, Number.NaN, 7, 5]);
});

describe('dead letters', () => {
  it('receive messages that cannot become readings, with their reasons; the others continue', async () => {
    await take(
      ['telemetry/plant/meter-1', 'not json'],
      ['telemetry/plant/fan-9', '{"flow":1}'],
      ['telemetry/plant/meter-1', '{"flow":1e9}'],
      ['somewhere/else', '1'],
      ['lifecycle/plant/meter-1', '{"state":"tired"}'],
      ['telemetry/plant/meter-1', '{"flow":1}'],
    );
    expect(parts.letters.map((letter) => letter.code)).toEqual([
      'DECODE_JSON',
      'MACHINE_UNKNOWN',
      'CONTRACT_RANGE',
      'TOPIC_UNROUTED',
      'DECODE_LIFECYCLE',
    ]);
    expect(parts.letters[0]).toMatchObject({
      topic: 'telemetry/plant/meter-1',
      client: 'c1',
      atMs: now,
      stage: 'decode',
    });
    expect(parts.letters[0]?.payload.toString()).toBe('not json');
    expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(1);
  });

  it('receive only the bad reading of a list, in a form that can be resent', async () => {
    await take(['telemetry/plant/meter-1', '[{"flow":1},{"flow":-1},{"flow":2}]']);
    expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(2);
    expect(parts.letters.map((letter) => letter.payload.toString())).toEqual(['{"values":{"flow":-1}}']);
  });

  it('receive an item of a list that is not a reading at all', async () => {
    await take(['telemetry/plant/meter-1', '[{"flow":1},"boot",{"flow":2,"ts":"soon"}]']);
    expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(1);
    expect(parts.letters.map(({ code, payload }) => [code, String(payload)])).toEqual([
      ['DECODE_SHAPE', '"boot"'],
      ['DECODE_TIME', '{"flow":2,"ts":"soon"}'],
    ]);
  });

  it('receive the bad reading of a list with its time and identity', async () => {
    const bad = `{"seq":7,"ts":${now},"values":{"flow":-1}}`;
    await take(['telemetry/plant/meter-1', `[{"flow":1},${bad}]`]);
    const payload = parts.letters[0]!.payload.toString();
    expect(JSON.parse(payload)).toEqual({ seq: 7, ts: `${now}000000`, values: { flow: -1 } });
    await take(['telemetry/plant/meter-1', payload.replace('-1', '5')]);
    expect(linesOfBlock(parts.blocks[1]!)[0]).toMatch(new RegExp(`flow=5 ${now}000000$`));
  });

  it('receive only the reading with an endlessly nested value', async () => {
    const deep = `{"flow":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    await take(['telemetry/plant/meter-1', deep]);
    await take(['telemetry/plant/meter-1', `[{"flow":1},${deep},{"flow":2}]`]);
    expect(parts.letters.map(({ code }) => code)).toEqual(['CONTRACT_TYPE', 'CONTRACT_TYPE']);
    expect(parts.letters[1]?.payload.toString()).toBe('{"values":{"flow":"a list"}}');
    expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(2);
  });
});

describe('settling', () => {
  it('waits for the disk', async () => {
    parts.state.held = true;
    let settled = false;
    const taken = take(['telemetry/plant/meter-1', '{"flow":1}']).then(() => {
      settled = true;
    });
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    parts.gates[0]?.resolve();
    await taken;
  });

  it('a recognised resend is not settled ahead of its original', async () => {
    parts.state.held = true;
    const order: string[] = [];
    const original = take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}']).then(() =>
      order.push('original'),
    );
    const resend = take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}', true]).then(() =>
      order.push('resend'),
    );
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    parts.gates[0]?.resolve();
    await Promise.all([original, resend]);
    expect(order).toEqual(['original', 'resend']);
    expect(parts.blocks).toHaveLength(1);
  });

  it('a resend fails with its original, so that it is resent', async () => {
    parts.state.held = true;
    const original = take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}']);
    const resend = take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}', true]);
    const unrelated = take(['telemetry/plant/meter-2', '{"flow":1,"seq":1}']);
    parts.gates[0]?.reject(new Error('disk full'));
    parts.gates[1]?.resolve();
    const outcomes = await Promise.allSettled([original, resend, unrelated]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('a resend of a reading in flight is not acknowledged early because another part of the batch has failed', async () => {
    Object.assign(parts.state, { held: true, lettersFail: true });
    const reading = ['telemetry/plant/meter-1', '{"flow":1,"seq":1}'] as const;
    const original = take([...reading], ['telemetry/plant/meter-1', 'not JSON']);
    original.catch(() => undefined);
    await new Promise(setImmediate);
    const resend = take([...reading, true]);
    parts.gates[0]?.reject(new Error('disk full'));
    const outcomes = await Promise.allSettled([original, resend]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('a reading that the disk refused is forgotten, so that its resend is accepted', async () => {
    parts.state.held = true;
    const first = take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}']);
    parts.gates[0]?.reject(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    parts.state.held = false;
    await take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}', true]);
    expect(parts.blocks).toHaveLength(2);
    expect(parts.columns[0]?.newMachines).toHaveLength(1);
    expect(parts.columns[1]?.machineIndex[0]).toBe(0);
  });
});

describe('a message that names its machines itself', () => {
  it('belongs to these, whatever the topic names', async () => {
    await take([
      'nodes/plant/node-7',
      '{"meter-1":{"flow":1},"meter-2":{"flow":2},"meter-3":{"state":"failed"}}',
    ]);
    const machines = linesOfBlock(parts.blocks[0]!).map((line) => parseLine(line).tags.machine);
    expect(machines).toEqual(['meter-1', 'meter-2']);
    expect(parts.changes).toEqual(['meter-3 failed']);
    expect(parts.letters).toEqual([]);
  });

  it('becomes a dead letter only for its unknown machines, with their names', async () => {
    await take(['nodes/plant/node-7', '{"meter-1":{"flow":1},"fan-9":{"flow":2}}']);
    expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(1);
    expect(parts.letters.map(({ code, payload }) => [code, JSON.parse(String(payload))])).toEqual([
      ['MACHINE_UNKNOWN', { machine: 'fan-9', values: { flow: 2 } }],
    ]);
  });
});

it('passes lifecycle messages on', async () => {
  await take(['lifecycle/plant/meter-1', '{"state":"failed","note":"seized"}']);
  expect(parts.changes).toEqual(['meter-1 failed']);
});

describe('a message about maintenance', () => {
  const topic = 'lifecycle/plant/meter-1';

  it('is passed on with its times, its person and its identity, and ends by another message', async () => {
    await take(
      [topic, '{"state":"maintenance","until":1700003600,"by":"maria","note":"new seal","id":"order-7"}'],
      [topic, '{"state":"maintenance-ended"}'],
    );
    const about = { site: 'plant', machine: 'meter-1' };
    const address = 'MQTT client c1';
    expect(parts.maintained).toEqual([
      {
        ...about,
        wanted: {
          id: expect.stringMatching(/^plant\/meter-1\/[0-9a-f]{16}$/),
          askedMs: now,
          toMs: 1_700_003_600_000,
          by: 'maria',
        },
        who: { by: 'maria', address, note: 'new seal' },
      },
      { ...about, wanted: null, who: { by: 'c1', address } },
    ]);
    const [first] = parts.maintained;
    await take([topic, '{"state":"maintenance","id":"order-7"}']);
    expect(parts.maintained.at(-1)?.wanted?.id).toBe(first?.wanted?.id);
  });

  it('that cannot be meant is a dead letter, with what was sent', async () => {
    parts.state.refused = true;
    const payload = '{"state":"maintenance","until":1600000000}';
    await take([topic, payload]);
    expect(parts.letters.map(({ code, payload: kept }) => [code, String(kept)])).toEqual([
      ['MAINTENANCE_INVALID', payload],
    ]);
    expect(parts.pipeline.counts.deadLetters).toBe(1);
  });

  it('is not acknowledged when it cannot be kept', async () => {
    parts.state.refused = true;
    parts.state.lettersFail = true;
    expect(await take([topic, '{"state":"maintenance"}'])).toMatchObject({ unkept: { messages: [0] } });
  });
});

it('after a restart resends are recognised and windows filled from the journal’s tail', async () => {
  await take(['telemetry/plant/meter-1', '{"flow":1,"seq":1}'], ['telemetry/lab/bench', '{"volts":5}']);
  const journalled = parts.blocks.map((block, i) => ({ ...block, seq: i + 1 }));
  parts = build();
  const journal = {
    async *tail() {
      yield* journalled;
    },
    async *locals() {
      for (const { local } of journalled) yield local;
    },
  };
  const replayed: ColumnBatch[] = [];
  await replayTail({ ...parts, journal, windowsBytes: 1 }, (batch) => void replayed.push(batch));
  expect(replayed[0]).toMatchObject({
    replay: true,
    newMachines: [{ machine: 'meter-1' }, { machine: 'bench' }],
  });
  expect([...(replayed[0]?.values ?? [])]).toEqual([Number.NaN, 1, 5]);
  expect(replayed[0]?.newOwners).toBeUndefined();
  await take(
    ['telemetry/plant/meter-1', '{"flow":1,"seq":1}', true],
    ['telemetry/plant/meter-1', '{"flow":2,"seq":2}'],
  );
  expect(linesOfBlock(parts.blocks[0]!)).toHaveLength(1);
  expect(parts.columns[0]?.newOwners).toMatchObject([{ machineIndex: 0 }]);
  expect(parts.columns[0]?.newMachines).toEqual([]);
});
