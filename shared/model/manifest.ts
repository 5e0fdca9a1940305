/**
 * A model's artefact: a folder with three files that are read, and a card for people.
 *
 *     manifest.json   what the model is for, how readings become its input, how good it is; checked against ModelManifest
 *     model.json      the networks' shapes; checked against Ensemble (network.ts)
 *     weights.bin     the weights as 32-bit little-endian floats, member after member, in the order of weightShapes()
 *     MODEL-CARD.md   for people
 */
import { type Static, Type } from '@sinclair/typebox';
import { CountedOutcomes } from '../contract/models/lives.ts';
import { versionPattern } from '../contract/models/model-ref.ts';
import { plainName } from '../contract/topics.ts';
import { Features } from './features.ts';
import { IntervalCalibration } from './interval.ts';

const Identifier = Type.String({ ...plainName });
const Strict = { additionalProperties: false };
const Count = Type.Integer({ minimum: 0 });

export const ModelInput = Type.Object({ name: Identifier, unit: Type.String() }, Strict);
export type ModelInput = Static<typeof ModelInput>;

/** Quality of a predictor on machines it was not trained on, each truncated at random points of its life. */
export const ModelMetrics = Type.Object(
  {
    rmse: Type.Number({ description: 'root mean square error of p50, labels capped' }),
    rmseStdError: Type.Number({ description: 'its standard error over machines' }),
    mae: Type.Number(),
    rmseNearEnd: Type.Number({ description: 'RMSE where at most half the label cap is left' }),
    rmseRaw: Type.Number({ description: 'RMSE with labels as they are' }),
    score: Type.Number({
      description: 'NASA’s asymmetric score per machine: late costs more; labels capped',
    }),
    scoreStdError: Type.Number(),
    coverage: Type.Union([Type.Number(), Type.Null()], {
      description: 'share of capped labels within p10 … p90; 0.8 is meant',
    }),
    width: Type.Union([Type.Number(), Type.Null()], { description: 'mean of p90 − p10' }),
  },
  Strict,
);
export type ModelMetrics = Static<typeof ModelMetrics>;

/** Linear regression on the last row: life = bias + Σ weight · (value − mean) / std, clipped to 0 … label cap. */
export const LinearBaseline = Type.Object(
  {
    bias: Type.Number(),
    weights: Type.Array(Type.Number(), { description: 'one per input' }),
    mean: Type.Array(Type.Number()),
    std: Type.Array(Type.Number({ exclusiveMinimum: 0 })),
  },
  Strict,
);
export type LinearBaseline = Static<typeof LinearBaseline>;

const FileEntry = Type.Object(
  { sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), bytes: Type.Integer({ minimum: 1 }) },
  Strict,
);

/** Lives that a cloud has stored, by which a model was trained. */
export const StoredTraining = Type.Object(
  {
    from: Type.String({ description: 'time of the first reading, RFC 3339' }),
    to: Type.String({ description: 'of the last one' }),
    failures: Type.Integer({ minimum: 0, description: 'lives to a failure that it has learnt from' }),
    sound: Type.Integer({ minimum: 0, description: 'spans without a failure that it has learnt from' }),
    heldBack: Type.Array(Type.String(), {
      maxItems: 1_000,
      description: 'machines that it has not learnt from, and was examined on',
    }),
    outcomes: CountedOutcomes,
  },
  Strict,
);
export type StoredTraining = Static<typeof StoredTraining>;

export const ModelManifest = Type.Object(
  {
    format: Type.Literal('harbinger-model-2'),
    name: Identifier,
    version: Type.String({ pattern: versionPattern }),
    machineType: Identifier,
    contractHash: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'of the machine type' }),
    windowRows: Type.Integer({ minimum: 1, maximum: 512 }),
    windowRowsMin: Type.Integer({
      minimum: 1,
      maximum: 512,
      description: 'a window with fewer rows is not judged',
    }),
    inputs: Type.Array(ModelInput, {
      minItems: 1,
      maxItems: 256,
      description: 'the machine type’s sensors in order',
    }),
    features: Features,
    output: Type.Object(
      {
        unit: Type.String({ description: 'of remaining life' }),
        labelCap: Type.Number({ exclusiveMinimum: 0, description: 'longer lives are not distinguished' }),
        p50Shift: Type.Optional(
          Type.Number({
            description: 'added to p50, tapering off near the cap: late costs more than early; 0 if absent',
          }),
        ),
        interval: IntervalCalibration,
      },
      Strict,
    ),
    baseline: LinearBaseline,
    training: Type.Object(
      {
        data: Type.String(),
        dataSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        seed: Type.Integer(),
        backend: Type.String(),
        epochs: Count,
        windowsPerEpoch: Count,
        machines: Count,
        folds: Type.Integer({
          minimum: 0,
          description: 'parts into which the machines were split; each part is unseen by some members',
        }),
        stored: Type.Optional(StoredTraining),
      },
      Strict,
    ),
    metrics: Type.Record(Type.String(), ModelMetrics, {
      description: 'cross-validated over whole machines: the model, and the common-sense baselines',
    }),
    files: Type.Object({ 'model.json': FileEntry, 'weights.bin': FileEntry }, Strict),
  },
  Strict,
);
export type ModelManifest = Static<typeof ModelManifest>;
