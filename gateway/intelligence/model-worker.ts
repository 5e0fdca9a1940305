/**
 * The model's worker thread: chooses a TensorFlow.js backend, loads the artefacts that pass every check, and answers
 * score requests one after the other. Nothing is thrown out of it: what goes wrong is an answer.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { type Artefact, loadArtefact, refusal } from '../../shared/features/artefact.ts';
import { chooseBackend } from '../../shared/features/backend.ts';
import { createModel, type Model } from '../../shared/features/model.ts';
import { codeOf, messageOf } from '../../shared/runtime/errors.ts';
import type {
  Explanation,
  FromWorker,
  LoadedModel,
  ModelRefusal,
  ModelSource,
  ScoreRequest,
  WorkerStart,
} from './model-messages.ts';
import { occlusionEffects } from './occlusion.ts';

const port = parentPort!;
const models = new Map<string, { model: Model; artefact: Artefact }>();

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** A window of nothing but training means, and one of extremes: a sound network answers both with numbers. */
function checkAnswers(model: Model, artefact: Artefact, folder: string): void {
  const width = artefact.architecture.rows * artefact.architecture.sensors;
  const windows = new Float32Array(2 * width).fill(Number.NaN, 0, width).fill(Number.MAX_VALUE, width);
  try {
    model.score(windows, 2);
  } catch (error) {
    throw refusal('OUTPUT', folder, messageOf(error));
  }
}

function load({ type, folder }: ModelSource): LoadedModel {
  const artefact = loadArtefact(folder, type);
  const model = createModel(artefact);
  checkAnswers(model, artefact, folder);
  models.set(type.name, { model, artefact });
  return describe(type, artefact);
}

function describe(type: MachineType, { manifest }: Artefact): LoadedModel {
  const { name, version, windowRows, inputs, output } = manifest;
  const { labelCap, unit } = output;
  return { machineType: type.name, name, version, labelCap, unit, windowRows, inputs };
}

function explain(
  model: Model,
  artefact: Artefact,
  request: ScoreRequest,
  lives: Float32Array,
): Explanation[] {
  const { rows, sensors } = artefact.architecture;
  const width = rows * sensors;
  const explanations: Explanation[] = [];
  for (let index = 0; index < request.count; index++) {
    const p50 = lives[3 * index + 1]!;
    if (p50 >= request.explainBelow) continue;
    const window = request.windows.subarray(index * width, (index + 1) * width);
    explanations.push({ index, effects: occlusionEffects(model, window, sensors, p50) });
  }
  return explanations;
}

function answer(request: ScoreRequest): void {
  const { id, machineType, windows, count } = request;
  try {
    const loaded = models.get(machineType);
    if (!loaded) throw new Error(`no model for machine type '${machineType}'`);
    const lives = loaded.model.score(windows, count);
    const explanations = explain(loaded.model, loaded.artefact, request, lives);
    send({ kind: 'scored', id, lives, explanations }, [lives.buffer as ArrayBuffer]);
  } catch (error) {
    send({ kind: 'failed', id, code: codeOf(error) ?? 'MODEL_FAILED', message: messageOf(error) });
  }
}

async function start({ backend: preference, sources }: WorkerStart): Promise<void> {
  const backend = await chooseBackend(preference);
  const loaded: LoadedModel[] = [];
  const refusals: ModelRefusal[] = [];
  for (const source of sources) {
    try {
      loaded.push(load(source));
    } catch (error) {
      const code = codeOf(error) ?? 'MODEL_REFUSED_UNREADABLE';
      refusals.push({ machineType: source.type.name, code, message: messageOf(error) });
    }
  }
  port.on('message', answer);
  send({ kind: 'ready', backend, models: loaded, refusals });
}

start(workerData as WorkerStart).catch((error: unknown) => {
  send({ kind: 'unusable', message: messageOf(error) });
});
