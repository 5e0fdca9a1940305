import { join, sep } from 'node:path';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { refusal } from '../../../shared/model/reading.ts';
import type { InstalledModel, ModelLibrary } from '../../ports/models/models.ts';
import type { ModelSource } from './model-messages.ts';

/**
 * Finds the model of each machine type among the artefacts: the folder that its declaration names, or, where there is none,
 * the newest version that the library has there under that name.
 * @param models absent: nobody has looked at the artefacts, and all of them may run
 */
export function modelSources(
  types: ReadonlyMap<string, MachineType>,
  artefactsDir = join(packageRoot, 'models', 'artefacts'),
  models?: Pick<ModelLibrary, 'installed' | 'refused'>,
): ModelSource[] {
  return [...types.values()].flatMap((type): ModelSource[] => {
    if (type.model === undefined) return [];
    const folder = join(artefactsDir, type.model);
    if (!models) return [{ type, folder, isUnchecked: true }];
    const installed = models.installed().filter(({ machineType }) => machineType === type.name);
    const bad = models.refused().find((each) => each.folder === folder);
    if (bad) return [{ type, folder, refused: { code: bad.code, message: bad.problem } }];
    const named = installed.filter(
      (each) => isNamed(each, type.model!) && each.folder.startsWith(join(artefactsDir, sep)),
    );
    const found = installed.find((each) => isAt(each, folder)) ?? named.sort(newestFirst)[0];
    return [
      found
        ? { type, folder: found.folder, digest: found.digest }
        : { type, folder, refused: absent(folder) },
    ];
  });
}

const isAt = (model: InstalledModel, folder: string) =>
  model.folder === folder || model.alsoIn?.includes(folder) === true;

/** Refuses what nobody has looked at: it may be anything, as in a folder that has come there since. */
function absent(folder: string): ModelSource['refused'] {
  const why = 'no model that may run was found there when the gateway started';
  const { code, message } = refusal('MODEL_REFUSED_MISSING', folder, why);
  return { code, message };
}

/** Models of a folder in a folder are named with both: `rul-turbofan/FD001` is rul-turbofan-FD001. */
const isNamed = ({ name }: InstalledModel, folder: string) => name === folder.replaceAll('/', '-');

function newestFirst(a: InstalledModel, b: InstalledModel): number {
  return b.version.localeCompare(a.version, 'en', { numeric: true });
}
