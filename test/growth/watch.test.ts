/** Memory that the watch takes for a machine. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Value } from '@sinclair/typebox/value';
import { expect, it } from 'vitest';
import { WatchConfig } from '../../gateway/watch/config.ts';
import { Watch } from '../../gateway/watch/watch.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';

const machines = 100;

/** A watch over healthy machines of a type, each of which sends all of its sensors once a second. */
function bench(typeName: string) {
  const clock = manualClock();
  const random = seededRandom(7);
  const types = loadMachineTypes();
  const config = Value.Default(WatchConfig, {}) as WatchConfig;
  const watch = new Watch({ types, config, clock, random, log: silentLog });
  const width = types.get(typeName)!.sensors.length;
  const indices = Array.from({ length: machines }, (_, i) => i);
  let newMachines = indices.map((machineIndex) => ({
    machineIndex,
    site: 's',
    machine: `m${machineIndex}`,
    machineType: typeName,
  }));
  /** One reading of each machine. */
  const add = () => {
    clock.advanceNow(1_000);
    watch.add({
      newMachines,
      newSensors: [],
      machineIndex: Int32Array.from(indices),
      timeMs: new Float64Array(machines).fill(clock.nowMs()),
      offset: Int32Array.from({ length: machines + 1 }, (_, i) => i * width),
      values: Float32Array.from({ length: machines * width }, (_, i) => 20 + (i % width) + random.next()),
      replay: false,
    });
    newMachines = [];
  };
  return { watch, add };
}

function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Objects and numbers of a machine with 14 sensors; a reading that is kept adds 80 to it. */
const machineBytesMax = 45_000;

it('a pump of 14 sensors that is heard for the first time takes little memory, and keeps no readings', () => {
  // Memory that all machines share, and code, is there before.
  bench('pump').add();
  const before = bytesInUse();
  const { watch, add } = bench('pump');
  for (let i = 0; i < 300; i++) add();
  expect((bytesInUse() - before) / machines).toBeLessThan(machineBytesMax);
  expect(watch.stats().windows.machines).toBe(machines);
});
