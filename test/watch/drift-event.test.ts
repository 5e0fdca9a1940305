/** The way of drift, with a real model in its thread: from windows that are judged to the event that names the sensors. */
import { expect, it } from 'vitest';
import { modelInputs } from '../../gateway/conditions/model-inputs.ts';
import type { AlertInput } from '../../gateway/ports/decision.ts';
import { Watch } from '../../gateway/watch/watch.ts';
import { newEvent } from '../../shared/contract/envelope.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { indexOf, runPumps } from './pump-years.ts';

const type = loadMachineTypes().get('pump')!;
const sensors = type.sensors.length;

it('a unit that was changed on all machines is told with the sensor, as a warning about the gateway', async () => {
  const watch = new Watch({
    types: new Map([['pump', type]]),
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    config: {
      ...{ backend: 'wasm', machinesMax: 10, intervalMsMin: 0, saveNormalsMs: 600_000, batchMax: 64 },
      ...{ silentAfterMsMin: 60_000, silentAfterMsMax: 86_400_000, requestMsMax: 30_000 },
      restart: { firstMs: 1, maxMs: 1 },
    },
  });
  await watch.start(async () => {});
  const windows = new Map<string, Float32Array>();
  const inputs: AlertInput[] = [];
  const warm = indexOf('bearing_temp_drive');
  runPumps({
    ...{ pumps: 10, days: 9, seed: 3, stretch: 15 },
    change: (row) => row.set([row[warm]! * 1.8 + 32], warm),
    add({ machine: { machine }, window: row, timeMs }) {
      const before = windows.get(machine) ?? new Float32Array(type.windowRows * sensors).fill(Number.NaN);
      const window = new Float32Array(before.length);
      window.set(before.subarray(sensors));
      window.set(row, before.length - sensors);
      windows.set(machine, window);
      inputs.push({ machine: { site: 'plant', machine, type }, window, timeMs, rows: type.windowRows });
    },
  });
  for (let at = 0; at < inputs.length; at += 480)
    await watch.modelAssessor.assess(inputs.slice(at, at + 480), new AbortController().signal);
  const drift = watch.inputDrift();
  await watch.stop();

  const [finding, ...others] = modelInputs.check({ drift }, 0, []) as ReturnType<typeof findingsOf>;
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    item: 'pump-rul 2.0.0 (pump)',
    severity: 'warning',
    drift: {
      model: { name: 'pump-rul', version: '2.0.0' },
      machines: 10,
      sensors: [{ sensor: 'bearing_temp_drive', did: 'higher', machines: 10 }],
    },
  });
  expect(finding!.reasons[1]).toMatch(
    /^bearing_temp_drive is \d\.\d standard deviations higher than in training, on 10 of 10 machines\.$/,
  );
  const about = { kind: 'gateway', name: 'site1' } as const;
  const event = newEvent(
    'io.harbinger.condition.opened.v1',
    { gateway: 'site1', id: 'c', timeMs: 0 },
    {
      ...{ conditionId: 'c', condition: modelInputs.name, about, since: '2026-01-09T00:00:00Z' },
      ...{
        item: finding!.item!,
        severity: finding!.severity,
        reasons: finding!.reasons,
        drift: finding!.drift,
      },
    },
  );
  expect(event.data).toMatchObject({ drift: { machineType: 'pump' } });
  const open = { ...event.data, seq: 1 } as Parameters<typeof modelInputs.check>[2][number];
  // After a start nothing is known of it, and it does not end.
  expect(modelInputs.check({ drift: [] }, 0, [open])).toEqual([{ item: finding!.item, isKnown: false }]);
});

function findingsOf() {
  return [] as Exclude<
    Exclude<ReturnType<typeof modelInputs.check>, 'unknown'>[number],
    { isKnown: false }
  >[];
}
