/** Dead letters that are sent again, by a gateway that ends before they are dropped: their readings are stored once. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
  const take = (...messages: [topic: string, text: string][]) =>
    plane.take((each) => {
      for (const [topic, text] of messages) {
        const payload = Buffer.from(text);
        each({ topic, payload, client: 'c', receivedMs: Date.now(), resend: false, connection: 0 });
      }
    });
  const readings = async () => (await plane.calls.status()).pipeline.readings;
  const events = async () =>
    (await plane.calls.status()).journals.find(({ lane }) => lane === 'events')?.lastSeq;
  return { plane, take, readings, events };
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
