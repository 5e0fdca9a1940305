/** `harbinger models train --from store`: what is trained, examined, signed, pushed and asked for, in this order. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ShownDocument } from '../../cloud/ports/fleet/fleet.ts';
import { warningFigures } from '../../models/backtest/figures.ts';
import { checkpointFile } from '../../models/fit/checkpoint.ts';
import { horizonOf, modelNameOf } from '../../models/lives/design-of.ts';
import { type Evidence, judged } from '../../models/lives/evidence.ts';
import { withEvidence } from '../../models/lives/evidence-card.ts';
import { accuracyOf, cutsOf, estimate, fleetOf, type Warned, warnedBy } from '../../models/lives/examine.ts';
import { storedNotes, type TrainedStored, trainStored } from '../../models/lives/train-stored.ts';
import { writeArtefact } from '../../models/training/write-artefact.ts';
import { type ModelRef, refText } from '../../shared/contract/models/model-ref.ts';
import { estimatePoliciesOf } from '../../shared/domain/alert-policy.ts';
import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { loadArtefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { replayFleet } from '../backtest/replay.ts';
import { type Champion, findChampion, nextVersion } from './champion.ts';
import { fetchLives } from './stored-lives.ts';

/** Requests to a cloud. */
export interface CloudApi {
  get(path: string): Promise<unknown>;
  bytes(path: string): Promise<Buffer>;
  push(folder: string): Promise<void>;
  /** Asks for a document; `who` and `why` are added. */
  want(body: Record<string, unknown>, why: string): Promise<void>;
}

export interface RetrainOptions {
  cloud: CloudApi;
  type: MachineType;
  out: string;
  seed: number;
  livesMin: number;
  heldBackShare: number;
  rowsMax: number;
  sinceMs: number | null;
  untilMs: number | null;
  /** NAME@VERSION; null: the one that judges. */
  champion: string | null;
  version?: string;
  epochs?: number;
  tolerance: number;
  shadow: 'if-not-worse' | 'always' | 'never';
  machines?: readonly string[];
  isPushed: boolean;
  /** Signs a folder. Null if there is no key. */
  sign(folder: string): string | null;
  output(line: string): void;
  signal?: AbortSignal;
}

export interface Retrained {
  model: string;
  folder: string;
  against: string | null;
  contractHash: string;
  training: TrainedStored['model']['manifest']['training'];
  evidence: Evidence;
  isNotWorse: boolean;
  reasons: string[];
  signedWith: string | null;
  isPushed: boolean;
  /** True if a shadow was asked for. */
  isShadow: boolean;
  /** Why not. */
  notShadow: string | null;
}

/** The planning horizons before a failure in which a warning is right, as `models backtest` counts them. */
const earlyFactor = 4;
const policy = 'model alone';

/** @throws HarbingerError DATA_TOO_SMALL, MODEL_UNKNOWN, TRAINING_STOPPED, API_* */
export async function retrain(options: RetrainOptions): Promise<Retrained> {
  const { cloud, type, output, signal } = options;
  const { models } = (await cloud.get('/api/models')) as { models: ModelRef[] };
  const documents = await wantedDocuments(cloud, type);
  const fetched = mkdtempSync(join(tmpdir(), 'harbinger-retrain-'));
  try {
    const champion = await findChampion({
      type,
      given: options.champion,
      wanted: documents.find(({ body }) => body.role === 'active')?.model ?? null,
      registered: models,
      bundle: ({ name, version }) => cloud.bytes(`/api/models/${name}/${version}/bundle`),
      folder: fetched,
    });
    if (champion?.problem) output(`not compared with ${refText(champion.ref)}: ${champion.problem}`);
    const stored = await fetchLives({
      ...{ ask: (path) => cloud.get(path), type, rowsMax: options.rowsMax },
      ...{ sinceMs: options.sinceMs, untilMs: options.untilMs },
      ...(signal && { signal }),
    });
    const rows = stored.reduce((sum, run) => sum + run.rows, 0);
    output(`${stored.length} lives of ${type.name} with ${rows} readings are in the store`);
    const name = modelNameOf(type);
    const known = [...models.filter((each) => each.name === name), ...(champion ? [champion.ref] : [])];
    const version = options.version ?? nextVersion(known.map((each) => each.version));
    const trained = await train(options, stored, champion, version);
    const evidence = await examine(trained, champion, options);
    return await conclude(trained, champion, evidence, documents, options);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

interface Wanted {
  model: string;
  body: ShownDocument['body'];
}

async function wantedDocuments(cloud: CloudApi, type: MachineType): Promise<Wanted[]> {
  const { documents } = (await cloud.get('/api/fleet?kind=models')) as { documents: ShownDocument[] };
  return documents
    .filter(({ body, isOver }) => body.machineType === type.name && !isOver)
    .map(({ body }) => ({ body, model: String(body.model) }));
}

const folderOf = ({ out, type }: RetrainOptions) => join(out, type.model ?? modelNameOf(type));

async function train(
  options: RetrainOptions,
  stored: Awaited<ReturnType<typeof fetchLives>>,
  champion: Champion | null,
  version: string,
): Promise<TrainedStored> {
  const { type, seed, livesMin, heldBackShare, output, signal } = options;
  const folder = folderOf(options);
  makeFolder(dirname(folder));
  const checkpoint = checkpointFile(`${folder}.training`);
  const backend = await chooseBackend('wasm');
  const unseenBefore = champion?.artefact?.manifest.training.stored?.heldBack;
  const trained = await trainStored({
    ...{ type, stored, version, seed, livesMin, heldBackShare, checkpoint },
    backend: backend.name,
    clock: systemClock,
    note: output,
    ...(unseenBefore && { unseenBefore }),
    ...(options.epochs !== undefined && { epochs: options.epochs }),
    ...(signal && { signal }),
  });
  const about = trained.model.manifest.training.stored!;
  writeArtefact(folder, trained.model, storedNotes(trained, about, type));
  checkpoint.remove();
  output(`trained ${modelNameOf(type)}@${version} on ${trained.dataset.description}`);
  return trained;
}

async function examine(
  trained: TrainedStored,
  champion: Champion | null,
  options: RetrainOptions,
): Promise<Evidence> {
  const { type, seed, out } = options;
  const rowsMin = windowRowsMin(type);
  const cuts = cutsOf(trained.heldBack, rowsMin, seed);
  const sensors = type.sensors.length;
  const candidate = loadArtefact(folderOf(options), type);
  const other = champion?.artefact ?? null;
  const accuracy = accuracyOf(estimate(candidate, cuts, sensors), other && estimate(other, cuts, sensors));
  const { labelCap } = trained;
  const about = { machineType: type.name, msPerRow: type.stepMs, labelCap, rowsMin };
  const fleet = fleetOf(trained.heldBack, about);
  const warnsOfLife = estimatePoliciesOf(type).some(({ on }) => on === 'remaining-life');
  const withModel = { ...type, model: type.model ?? modelNameOf(type) };
  const warned = async (artefactsDir: string): Promise<Warned | null> => {
    if (!warnsOfLife) return null;
    const replayed = await replayFleet({
      ...{ fleet, type: withModel, artefactsDir, only: [policy], progress: () => {} },
      ...(options.signal && { signal: options.signal }),
    });
    const { warnings = [] } = replayed.find(({ name }) => name === policy) ?? {};
    return warnedBy(warningFigures(fleet, warnings, { rows: horizonOf(type), earlyFactor }));
  };
  return {
    accuracy,
    warned: {
      candidate: await warned(out),
      champion: champion && other ? await warned(champion.artefactsDir) : null,
    },
  };
}

async function conclude(
  trained: TrainedStored,
  champion: Champion | null,
  evidence: Evidence,
  documents: readonly Wanted[],
  options: RetrainOptions,
): Promise<Retrained> {
  const { type, cloud, tolerance, output } = options;
  const { manifest } = trained.model;
  const folder = folderOf(options);
  const model = refText(manifest);
  const against = champion?.artefact ? refText(champion.ref) : null;
  const baseline = manifest.metrics['linear regression'] ?? null;
  const of = { tolerance, horizon: horizonOf(type), unit: type.lifeUnit, baseline };
  const { isNotWorse, reasons } = judged(evidence, of);
  const card = join(folder, 'MODEL-CARD.md');
  const said = { against, isNotWorse, reasons, heldBack: trained.heldBackMachines, tolerance };
  writeFileSync(card, withEvidence(readFileSync(card, 'utf8'), said));
  const signedWith = options.sign(folder);
  if (signedWith === null && options.isPushed) output('there is no key to sign with, so it is not pushed');
  const isPushed = options.isPushed && signedWith !== null;
  if (isPushed) {
    await cloud.push(folder);
    output(`pushed ${model}, signed with ${signedWith}`);
  }
  output(`${model} is ${isNotWorse ? 'not worse' : 'worse'} than ${against ?? 'a linear regression'}:`);
  for (const reason of reasons) output(`  ${reason}`);
  const notShadow = isPushed
    ? reasonAgainstShadow(model, documents, isNotWorse, options)
    : 'it is not pushed';
  if (notShadow === null) {
    const { machines } = options;
    const body = { role: 'shadow', machineType: type.name, model, ...(machines && { machines }) };
    await cloud.want(body, `trained from the store: ${reasons.join('; ')}`.slice(0, 500));
    output(`asked for: ${model} runs beside, as a shadow`);
  } else output(`no shadow is asked for: ${notShadow}`);
  return {
    ...{ model, folder, against, evidence, isNotWorse, reasons, signedWith, isPushed },
    ...{ contractHash: manifest.contractHash, training: manifest.training },
    ...{ isShadow: notShadow === null, notShadow },
  };
}

function reasonAgainstShadow(
  model: string,
  documents: readonly Wanted[],
  isNotWorse: boolean,
  { shadow }: RetrainOptions,
): string | null {
  if (shadow === 'never') return 'none is to be asked for';
  if (!isNotWorse && shadow !== 'always') return 'it is worse';
  const running = documents.find(({ body }) => body.role === 'shadow');
  if (running && running.model !== model && shadow !== 'always')
    return `${running.model} runs beside already; end that with \`harbinger models stop ${running.model}\` first`;
  return null;
}
