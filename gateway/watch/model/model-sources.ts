import { join } from 'node:path';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import type { ModelSource } from './model-messages.ts';

/** Locates the model of each machine type: the folder that its declaration names, among the artefacts. */
export function modelSources(
  types: ReadonlyMap<string, MachineType>,
  artefactsDir = join(packageRoot, 'models', 'artefacts'),
): ModelSource[] {
  return [...types.values()].flatMap((type) =>
    type.model === undefined ? [] : [{ type, folder: join(artefactsDir, type.model) }],
  );
}
