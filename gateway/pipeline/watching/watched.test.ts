/** Lines for people who watch: each way that a message can go, by the real data plane. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { builtInTypesDir, loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { GatewayConfig } from '../../config.ts';
import { type DataPlane, startDataPlane } from '../plane.ts';

const readConfig = compileValidator(GatewayConfig);
let folder: string;
let plane: DataPlane;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-watched-'));
  const machines = [
    { match: 'lab/*', type: 'generic' },
    { match: 'hall/*', type: 'pump' },
  ];
  plane = await startDataPlane(
    {
      config: readConfig({ gateway: 'g', dataDir: folder, machines }, (problem) => new Error(problem)),
      types: loadMachineTypes([builtInTypesDir]),
    },
    {
      ...{ clock: systemClock, random: systemRandom, limited: unlimited, log: silentLog },
      ...{ columns() {}, lifecycle() {}, maintenance: async () => {} },
    },
  );
});
afterEach(async () => {
  await plane.calls.stop();
  rmSync(folder, { recursive: true });
});

let connection = 1;
const take = (topic: string, text: string, more: object = {}) =>
  plane.take((each) => {
    const payload = Buffer.from(text);
    each({ topic, payload, client: 'c', receivedMs: 5, resend: false, connection: connection++, ...more });
  });

/** Returns what happens to a message. */
async function linesOf(id: number, topic: string, text: string, more?: object) {
  await take(topic, text, more);
  return (await plane.calls.watchTake(id))!.lines;
}

it('what is stored is shown with units, and what is passed over and refused of it', async () => {
  const id = await plane.calls.watchOpen('#');
  const text = '{"winding_temp":41.5,"mood":"good","vibration_x":1e9}';
  expect(await linesOf(id, 'telemetry/hall/p1', text)).toMatchObject([
    {
      ...{ outcome: 'stored', machine: 'hall/p1', machineType: 'pump', topic: 'telemetry/hall/p1' },
      values: [{ sensor: 'winding_temp', value: 41.5, unit: '°C' }],
      passedOver: ['mood'],
      ...{ code: 'CONTRACT_RANGE', why: expect.stringContaining('1000000000'), client: 'c', atMs: 5 },
    },
  ]);
});

it('messages that are read by their layout are shown too, and resends as such', async () => {
  const id = await plane.calls.watchOpen('lab/#');
  for (const value of [1, 2, 3])
    expect(await linesOf(id, 'telemetry/lab/m', `{"a":${value},"mode":"AUTO"}`)).toMatchObject([
      {
        outcome: 'stored',
        values: [
          { sensor: 'a', value },
          { sensor: 'mode', value: 'AUTO' },
        ],
      },
    ]);
  const named = '{"a":9,"id":"x-1"}';
  expect(await linesOf(id, 'telemetry/lab/m', named)).toMatchObject([{ outcome: 'stored' }]);
  expect(await linesOf(id, 'telemetry/lab/m', named)).toMatchObject([{ outcome: 'resend' }]);
});

it('what cannot be read, has no machine or no route, or is ignored, is shown with the reason', async () => {
  const id = await plane.calls.watchOpen('#');
  const of = async (topic: string, text: string) => {
    const [line] = await linesOf(id, topic, text);
    return [line!.outcome, line!.code, line!.machine, line!.payload];
  };
  expect(await of('telemetry/lab/m', '{bad')).toEqual(['refused', 'DECODE_JSON', 'lab/m', '{bad']);
  expect(await of('telemetry/attic/m', '{"a":1}')).toEqual([
    ...['refused', 'MACHINE_UNKNOWN', 'attic/m', '{"a":1}'],
  ]);
  expect(await of('nowhere', '1')).toEqual(['refused', 'TOPIC_UNROUTED', undefined, '1']);
  await plane.calls.machinesIgnore('attic/+', { by: 'maria', address: '::1' });
  expect((await of('telemetry/attic/m', '{"a":1}')).slice(0, 2)).toEqual(['ignored', 'MACHINE_IGNORED']);
});

it('changes of a machine are shown, and nothing of machines that nobody asked for', async () => {
  const id = await plane.calls.watchOpen('hall/p1');
  expect(await linesOf(id, 'lifecycle/hall/p1', '{"state":"replaced"}')).toMatchObject([
    { outcome: 'changed', machine: 'hall/p1', why: 'replaced' },
  ]);
  expect(await linesOf(id, 'telemetry/lab/m', '{"a":1}')).toEqual([]);
  await plane.calls.watchClose(id);
  await take('telemetry/hall/p1', '{"winding_temp":1}');
  expect(await plane.calls.watchTake(id)).toBeNull();
});
