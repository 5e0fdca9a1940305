/**
 * Scores windows with the product's pump model as fast as possible, in batches, and prints the rate per second as JSON.
 */
import { join } from 'node:path';
import { createPumpLife } from '../../../models/plant/pump.ts';
import { pumpSensors } from '../../../models/plant/pump-sensors.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { loadArtefact } from '../../../shared/model/artefact.ts';
import { chooseBackend } from '../../../shared/model/backend.ts';
import { createModel } from '../../../shared/model/model.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

const batch = 64;
const measureMs = Number(process.argv[2] ?? 3_000);

const type = loadMachineTypes().get('pump')!;
const { name: backend } = await chooseBackend('wasm');
const artefact = loadArtefact(join(packageRoot, 'models', 'artefacts', type.model!), type);
const model = createModel(artefact);

/** Windows like those of the gateway: consecutive readings of a pump that wears out. */
function windows(): Float32Array {
  const life = createPumpLife(seededRandom(1));
  const rows = type.windowRows;
  const all = new Float32Array(batch * rows * pumpSensors.length);
  let at = 0;
  for (let window = 0; window < batch; window++) {
    for (let row = 0; row < rows; row++) {
      const reading = life.sample(window + row);
      for (const sensor of pumpSensors) all[at++] = reading[sensor];
    }
  }
  return all;
}

const input = windows();
function scoreOne(): void {
  model.score(input, batch);
}

for (let i = 0; i < 20; i++) scoreOne();
const cpuBefore = process.cpuUsage();
const beganAtMs = performance.now();
let batches = 0;
while (performance.now() - beganAtMs < measureMs) {
  scoreOne();
  batches++;
}
const seconds = (performance.now() - beganAtMs) / 1_000;
const cpu = process.cpuUsage(cpuBefore);
const perSecond = (batches * batch) / seconds;
const cpuSecondsPerMillion = (cpu.user + cpu.system) / ((batches * batch) / 1e6) / 1e6;
console.log(JSON.stringify({ backend, perSecond, cpuSecondsPerMillion }));
