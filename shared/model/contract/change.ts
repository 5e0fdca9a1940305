/**
 * Contract of a model (shared/model/contract): how the sensors of a machine type differ from those that a model was trained on, and
 * whether it can go on all the same. A sensor that was added, moved to another place, or that the network does not read need not retire it.
 */
import { contractHash, type MachineType } from '../../domain/machine-type.ts';
import type { ModelManifest } from '../manifest.ts';

export interface ContractChange {
  added: string[];
  removed: string[];
  /** Sensors with another unit. */
  otherUnit: string[];
  /** True if they stand in another order. */
  isReordered: boolean;
  /** True if life is counted in another unit. */
  isOtherLife: boolean;
  /** Why the model cannot go on; null if it can. */
  problem: string | null;
}

/** Parts of a manifest that say on what its model was trained. */
export interface TrainedContract extends Pick<ModelManifest, 'contractHash' | 'inputs'> {
  features: Pick<ModelManifest['features'], 'channels' | 'settings'>;
  output: Pick<ModelManifest['output'], 'unit'>;
}

/** Null if nothing has changed. */
export function contractChange(manifest: TrainedContract, type: MachineType): ContractChange | null {
  if (manifest.contractHash === contractHash(type)) return null;
  const { inputs, features, output } = manifest;
  const now = new Map(type.sensors.map(({ name, unit }) => [name, unit]));
  const before = new Set(inputs.map(({ name }) => name));
  const isRead = readInputs(features);
  const removed = inputs.filter(({ name }) => !now.has(name)).map(({ name }) => name);
  const otherUnit = inputs
    .filter(({ name, unit }) => now.has(name) && now.get(name) !== unit)
    .map(({ name }) => name);
  const added = [...now.keys()].filter((name) => !before.has(name));
  const stay = inputs.map(({ name }) => name).filter((name) => now.has(name));
  const order = [...now.keys()].filter((name) => before.has(name));
  const isOtherLife = output.unit !== type.lifeUnit;
  const lacks = inputs
    .filter((_, at) => isRead.has(at))
    .flatMap(({ name }) =>
      removed.includes(name)
        ? [`${name} is not there any more`]
        : otherUnit.includes(name)
          ? [`${name} has another unit`]
          : [],
    );
  const problems = [...(isOtherLife ? ['life is counted in another unit'] : []), ...lacks];
  // Names and places are the same, so that something else is: no one knows whether that matters to it.
  const isSame = added.length + removed.length + otherUnit.length === 0 && !isOtherLife;
  const isReordered = stay.some((name, at) => name !== order[at]);
  if (isSame && !isReordered) problems.push('it does not say by which sensors it was trained');
  return {
    ...{ added, removed, otherUnit, isReordered, isOtherLife },
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}

/** The manifest as it reads rows of this type: each of its sensors at the place that it has there. */
export function placedIn(manifest: ModelManifest, type: MachineType): ModelManifest {
  if (manifest.contractHash === contractHash(type)) return manifest;
  const { inputs, features, baseline } = manifest;
  const places = inputs.map(({ name }) => type.sensors.findIndex((sensor) => sensor.name === name));
  const place = (at: number) => places[at]!;
  const spread = (values: readonly number[], other: number) => {
    const spreadOut = type.sensors.map(() => other);
    values.forEach((value, at) => {
      if (place(at) >= 0) spreadOut[place(at)] = value;
    });
    return spreadOut;
  };
  return {
    ...manifest,
    inputs: type.sensors.map(({ name, unit }) => ({ name, unit })),
    features: {
      ...features,
      channels: features.channels.map(place),
      settings: features.settings.map(place),
    },
    baseline: {
      bias: baseline.bias,
      weights: spread(baseline.weights, 0),
      mean: spread(baseline.mean, 0),
      std: spread(baseline.std, 1),
    },
  };
}

const readInputs = ({ channels, settings }: TrainedContract['features']) =>
  new Set([...channels, ...settings]);

/** The change in words. */
export function changeText({ added, removed, otherUnit, isReordered, isOtherLife }: ContractChange): string {
  const parts = [
    ...(added.length > 0 ? [`added: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`not there any more: ${removed.join(', ')}`] : []),
    ...(otherUnit.length > 0 ? [`in another unit: ${otherUnit.join(', ')}`] : []),
    ...(isReordered ? ['in another order'] : []),
    ...(isOtherLife ? ['life in another unit'] : []),
  ];
  return parts.join('; ') || 'not said';
}
