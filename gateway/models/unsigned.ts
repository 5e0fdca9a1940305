import { type ConfigProblem, doubtful } from '../../shared/config/problem.ts';
import { rules } from '../../shared/config/sound-view.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { findArtefacts } from '../../shared/model/trust/find-artefacts.ts';
import type { TrustedKey } from '../../shared/model/trust/keys.ts';
import { shippedDigests, trustedBy } from '../../shared/model/trust/trust.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { LibrarySettings } from './create-library.ts';
import { trustedKeys } from './trusted-keys.ts';

/** Warns of models in the site's own folder that will not run. Nothing is refused because of them: rules decide then. */
export function unsignedModels(config: LibrarySettings): ConfigProblem[] {
  return rules(() => {
    const { artefactsDir } = config.intelligence;
    if (artefactsDir === undefined) return [];
    const keys = readable(config);
    if (!keys) return [];
    const trust = { digests: shippedDigests(), keys };
    return findArtefacts(artefactsDir).flatMap((folder) => {
      try {
        trustedBy(folder, readContents(folder), trust);
        return [];
      } catch (error) {
        return [doubtful('intelligence.artefactsDir', messageOf(error))];
      }
    });
  });
}

/** Null if a key cannot be used, which is a problem of its own. */
function readable({ models }: LibrarySettings): TrustedKey[] | null {
  try {
    return trustedKeys(models);
  } catch (error) {
    if (error instanceof HarbingerError) return null;
    throw error;
  }
}
