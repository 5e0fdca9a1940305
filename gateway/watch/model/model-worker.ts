/**
 * The model's worker thread. It chooses a TensorFlow.js backend, loads the artefacts that pass every check, and answers
 * score requests one after the other. It throws nothing: errors are sent as answers.
 */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { type Artefact, loadArtefact } from '../../../shared/model/artefact.ts';
import { chooseBackend } from '../../../shared/model/backend.ts';
import { createModel, type Model, type Scores } from '../../../shared/model/model.ts';
import { refusal } from '../../../shared/model/reading.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { toWire } from '../../../shared/runtime/threads/wire-error.ts';
import type {
  Explanation,
  FromWorker,
  LoadedModel,
  ModelRefusal,
  ModelSource,
  ScoreRequest,
  Trained,
  WorkerStart,
} from './model-messages.ts';
import { occlusionEffects } from './occlusion.ts';

const port = parentPort!;
const models = new Map<string, Model>();
const wireError = (error: unknown) => toWire(error, { code: 'MODEL_FAILED', stage: 'intelligence' });

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/**
 * Scores a window without values and one of extreme values, both of which a sound network answers with finite numbers.
 */
function checkAnswers(model: Model, folder: string): void {
  const width = model.path.windowRows * model.path.inputs;
  const windows = new Float32Array(2 * width).fill(Number.NaN, 0, width).fill(Number.MAX_VALUE, width);
  try {
    model.score(windows, 2);
  } catch (error) {
    throw refusal('MODEL_REFUSED_OUTPUT', folder, messageOf(error));
  }
}

function load(source: ModelSource): { model: LoadedModel; trained: Trained } {
  const { type, folder, digest, isUnchecked = false, refused } = source;
  if (refused) throw new HarbingerError(refused.code, 'intelligence', refused.message);
  if (digest === undefined && !isUnchecked)
    throw refusal('MODEL_REFUSED_UNSIGNED', folder, 'nobody has looked at who stands for it');
  const artefact = loadArtefact(folder, type);
  if (!isUnchecked && artefact.digest !== digest)
    throw refusal('MODEL_REFUSED_HASH', folder, 'it was changed after it had been found to be in order');
  const model = createModel(artefact);
  checkAnswers(model, folder);
  models.set(type.name, model);
  return { model: describe(type, artefact), trained: trainedOn(type, artefact) };
}

function describe(type: MachineType, { manifest }: Artefact): LoadedModel {
  const { name, version, windowRows, inputs, output } = manifest;
  const { labelCap, unit } = output;
  return { machineType: type.name, name, version, labelCap, unit, windowRows, inputs: inputs.length };
}

function trainedOn(type: MachineType, { manifest }: Artefact): Trained {
  const { name, version, inputs, features } = manifest;
  const { channels, settings, settingScale, logarithmic = false, conditions } = features;
  const sensors = channels.map((at) => ({ sensor: inputs[at]!.name, unit: inputs[at]!.unit }));
  const means = conditions.map(({ centre, mean, std }) => ({ centre, mean, std }));
  const told = { channels, settings, settingScale, isLogarithmic: logarithmic, conditions: means };
  return { machineType: type.name, name, version, sensors, ...told };
}

function explain(model: Model, { lives, prepared }: Scores, request: ScoreRequest): Explanation[] {
  const { width } = model.path;
  const explanations: Explanation[] = [];
  for (let index = 0; index < request.count; index++) {
    const p50 = lives[3 * index + 1]!;
    if (p50 >= request.explainBelow) continue;
    const input = prepared.subarray(index * width, (index + 1) * width);
    explanations.push({ index, effects: occlusionEffects(model, input, p50) });
  }
  return explanations;
}

function answer(request: ScoreRequest): void {
  const { id, machineType, windows, count } = request;
  try {
    const model = models.get(machineType);
    if (!model) throw new Error(`no model for machine type '${machineType}'`);
    const scores = model.score(windows, count);
    const explanations = explain(model, scores, request);
    const { lives, familiarity } = scores;
    send({ kind: 'scored', id, lives, familiarity, explanations }, [lives.buffer as ArrayBuffer]);
  } catch (error) {
    send({ kind: 'failed', id, error: wireError(error) });
  }
}

/** On Linux this is the priority of the calling thread alone; elsewhere it would be that of the process. */
function beNice(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Where it is not allowed, it has a queue and a budget of its own all the same.
  }
}

async function start({ backend: preference, sources, isNice }: WorkerStart): Promise<void> {
  if (isNice) beNice();
  const backend = await chooseBackend(preference);
  const loaded: LoadedModel[] = [];
  const trained: Trained[] = [];
  const refusals: ModelRefusal[] = [];
  for (const source of sources) {
    try {
      const one = load(source);
      loaded.push(one.model);
      trained.push(one.trained);
    } catch (error) {
      const code = codeOf(error) ?? 'MODEL_REFUSED_UNREADABLE';
      refusals.push({ machineType: source.type.name, code, message: messageOf(error) });
    }
  }
  port.on('message', answer);
  send({ kind: 'ready', backend, models: loaded, refusals, trained });
}

start(workerData as WorkerStart).catch((error: unknown) => {
  send({ kind: 'unusable', error: wireError(error) });
});
