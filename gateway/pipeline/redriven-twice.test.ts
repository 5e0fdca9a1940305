/** Dead letters that are sent again, by a gateway that ends before they are dropped: their readings are stored once. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { GatewayConfig } from '../config.ts';
import { openDeadLetters } from '../deadletters/dead-letters.ts';
import { readingsMessage } from '../decode/typed/message.ts';
import { type DataPlane, startDataPlane } from './plane.ts';

const readConfig = compileValidator(GatewayConfig);
let folder: string;
const planes: DataPlane[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-redriven-'));
});
afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.calls.stop();
  rmSync(folder, { recursive: true });
});

/** @param drops called instead of dropping letters */
async function start(name: string, machines: object[], drops?: () => Promise<number>) {
  const table = { gateway: 'g', dataDir: join(folder, name), machines };
  const plane = await startDataPlane(
    {
      config: readConfig(table, (problem) => new Error(problem)),
      types: loadMachineTypes([builtInTypesDir]),
    },
    {
      clock: systemClock,
      random: systemRandom,
      limited: unlimited,
      log: silentLog,
      columns() {},
      lifecycle() {},
      maintenance: async () => {},
      openDeadLetters: async (options) => {
        const letters = await openDeadLetters(options);
        if (drops) letters.drop = drops;
        return letters;
      },
    },
  );
  planes.push(plane);
  const takeOn = (connection: number, messages: (readonly [topic: string, text: string])[], resend = false) =>
    plane.take((each) => {
      for (const [topic, text] of messages) {
        const payload = Buffer.from(text);
        each({ topic, payload, client: 'c', receivedMs: Date.now(), resend, connection });
      }
    });
  const take = (...messages: [topic: string, text: string][]) => takeOn(0, messages);
  const readings = async () => (await plane.calls.status()).pipeline.readings;
  const events = async () =>
    (await plane.calls.status()).journals.find(({ lane }) => lane === 'events')?.lastSeq;
  return { plane, take, takeOn, readings, events };
}

const known = (type: string) => [{ match: 'lab/*', type }];

it('readings without an identity, and those of a letter that became several, are stored once', async () => {
  const first = await start('a', []);
  await first.take(
    ['telemetry/lab/m1', '{"winding_temp":1}'],
    // The same again is another message, and another letter.
    ['telemetry/lab/m1', '{"winding_temp":1}'],
    ['telemetry/lab/m1', '[{"winding_temp":1},{"winding_temp":1},{"winding_temp":1e9}]'],
    ['lifecycle/lab/m1', '{"state":"replaced"}'],
  );
  await first.plane.calls.stop();
  planes.pop();

  const second = await start('a', known('pump'), async () => 0);
  await second.plane.calls.deadLettersRedrive('all'); // all that they became is durable, and they are still there
  const stored = await second.readings();
  expect(stored).toBe(4);
  const events = await second.events();
  cpSync(join(folder, 'a'), join(folder, 'b'), { recursive: true });

  // The temperature that no pump can have is one of another kind of machine.
  const third = await start('b', known('generic'));
  await third.plane.calls.deadLettersRedrive('all');
  expect((await third.plane.calls.status()).deadLetters.count).toBe(0);
  expect(stored + (await third.readings())).toBe(5);
  expect([events, await third.events()]).toEqual([1, 1]);
});

it('readings that a source has handed in are kept, shown and sent again as such', async () => {
  const readings = [{ site: 'lab', machine: 'm1', values: [['total', 2n ** 53n + 1n] as const] }];
  const first = await start('a', []);
  const about = { client: 'bus', receivedMs: Date.now(), resend: false, connection: 1, origin: 'bus:line-1' };
  await first.plane.take((each) => each(readingsMessage({ ...about, readings })));
  expect(await first.plane.calls.deadLettersShow(1)).toMatchObject({
    code: 'MACHINE_UNKNOWN',
    form: 'readings',
  });
  await first.plane.calls.stop();
  planes.pop();

  const second = await start('a', known('generic'));
  const shown = await second.plane.calls.deadLettersShow(1);
  expect(shown?.text).toBe('lab/m1  without a time  total=9007199254740993');
  expect(await second.plane.calls.deadLettersRedrive('all')).toEqual({
    redriven: 1,
    failedAgain: 0,
    unknown: [],
  });
  expect(await second.readings()).toBe(1);
});

const nowS = Math.floor(Date.now() / 1_000);
/** Devices whose claims distinguish nothing, or not for ever, with values that never change. */
const standstills: [string, (i: number) => object][] = [
  ['seq goes round at 16', (i) => ({ seq: i % 16 })],
  ['seq is always 0', () => ({ seq: 0 })],
  ['the clock has seconds', (i) => ({ ts: nowS - 60 + Math.floor(i / 4) })],
  ['the id is the name of the device', () => ({ id: 'esp-17' })],
];

describe.each(standstills)('held messages of one unbroken connection: %s', (_, claimOf) => {
  const message = (i: number) => ['telemetry/lab/m1', JSON.stringify({ ...claimOf(i), level: 20 })] as const;
  const held = Array.from({ length: 150 }, (_, i) => message(i));

  it('each is stored once, although the gateway ends while they are sent again', async () => {
    const first = await start('a', []);
    await first.takeOn(7, held);
    await first.plane.calls.stop();
    planes.pop();

    let groups = 0;
    const second = await start('a', known('generic'), async () => {
      if (++groups === 2) throw new Error('the power fails');
      return 100;
    });
    await expect(second.plane.calls.deadLettersRedrive('all')).rejects.toThrow('the power fails');
    const stored = await second.readings();
    cpSync(join(folder, 'a'), join(folder, 'b'), { recursive: true });
    const third = await start('b', known('generic'));
    await third.plane.calls.deadLettersRedrive('all');
    expect(stored + (await third.readings())).toBe(150);
  });

  it('those after a kill are stored too, beside readings that came before it', async () => {
    const first = await start('a', []);
    await first.takeOn(7, held);
    const ids = held.map((_, i) => i + 1);
    await first.plane.calls.stop();
    planes.pop();
    const second = await start('a', known('generic'));
    await second.plane.calls.deadLettersRedrive(ids.slice(0, 40));
    const stored = await second.readings();
    await second.plane.calls.stop();
    planes.pop();
    const third = await start('a', known('generic'));
    await third.plane.calls.deadLettersRedrive('all');
    expect([stored, await third.readings()]).toEqual([40, 110]);
  });

  it('go on as live ones after the machine was accepted', async () => {
    const first = await start('a', []);
    await first.takeOn(7, held);
    await first.plane.calls.stop();
    planes.pop();
    const second = await start('a', known('generic'));
    await second.takeOn(7, held.slice(0, 20));
    await second.plane.calls.deadLettersRedrive('all');
    await second.takeOn(7, held.slice(0, 20));
    expect(await second.readings()).toBe(190);
  });
});

it('what a device has sent again while its machine was unknown is stored once, with DUP and on another connection', async () => {
  const first = await start('a', []);
  const message = ['telemetry/lab/m1', '{"seq":3,"level":20}'] as const;
  await first.takeOn(7, [message]);
  await first.takeOn(7, [message], true);
  await first.takeOn(8, [message]);
  await first.plane.calls.stop();
  planes.pop();
  const second = await start('a', known('generic'));
  await second.plane.calls.deadLettersRedrive('all');
  expect(await second.readings()).toBe(1);
});
