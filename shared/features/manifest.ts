/**
 * A model's artefact: a folder with three files that are read, and a card for people.
 *
 *     manifest.json   what the model is for and how good it is; checked against ModelManifest
 *     model.json      the network's shape; checked against Architecture (network.ts)
 *     weights.bin     the weights as 32-bit little-endian floats, in the order of weightShapes(), nothing else
 *     MODEL-CARD.md   for people
 */
import { type Static, Type } from '@sinclair/typebox';
import { identifierPattern } from '../contract/topics.ts';

const Identifier = Type.String({ pattern: identifierPattern });
const Strict = { additionalProperties: false };

export const ModelInput = Type.Object(
  {
    name: Identifier,
    unit: Type.String(),
    mean: Type.Number({ description: 'over the training rows, in the unit' }),
    std: Type.Number({ exclusiveMinimum: 0 }),
  },
  Strict,
);
export type ModelInput = Static<typeof ModelInput>;

export const ModelMetrics = Type.Object(
  {
    rmse: Type.Number({ description: 'root mean square error of p50, all windows, labels capped' }),
    mae: Type.Number(),
    rmseNearEnd: Type.Number({ description: 'the same where at most half the label cap is left' }),
    coverage: Type.Union([Type.Number(), Type.Null()], {
      description: 'share of labels below the cap within p10 … p90; 0.8 is meant',
    }),
  },
  Strict,
);
export type ModelMetrics = Static<typeof ModelMetrics>;

const FileEntry = Type.Object(
  { sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), bytes: Type.Integer({ minimum: 1 }) },
  Strict,
);

const Count = Type.Integer({ minimum: 0 });

export const ModelManifest = Type.Object(
  {
    format: Type.Literal('harbinger-model-1'),
    name: Identifier,
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }),
    machineType: Identifier,
    contractHash: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'of the machine type' }),
    windowRows: Type.Integer({ minimum: 1, maximum: 512 }),
    inputs: Type.Array(ModelInput, { minItems: 1, maxItems: 256 }),
    output: Type.Object(
      {
        unit: Type.String({ description: 'of remaining life' }),
        labelCap: Type.Number({ exclusiveMinimum: 0, description: 'more life than this is not told apart' }),
        p10Shift: Type.Number({ description: 'added to p10, from calibration on held-out machines' }),
        p90Shift: Type.Number(),
      },
      Strict,
    ),
    training: Type.Object(
      {
        data: Type.String(),
        dataSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        seed: Type.Integer(),
        backend: Type.String(),
        epochs: Count,
        machines: Type.Object({ train: Count, select: Count, calibrate: Count, test: Count }, Strict),
        windows: Count,
      },
      Strict,
    ),
    metrics: Type.Record(Type.String(), ModelMetrics, {
      description: 'on the test machines: the model, and the common-sense baselines',
    }),
    files: Type.Object({ 'model.json': FileEntry, 'weights.bin': FileEntry }, Strict),
  },
  Strict,
);
export type ModelManifest = Static<typeof ModelManifest>;
