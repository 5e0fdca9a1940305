import { readContents } from '../../shared/model/trust/contents.ts';
import { findArtefacts } from '../../shared/model/trust/find-artefacts.ts';

/**
 * Returns the digests of the models below a folder, by which a gateway knows what comes with the product. A damaged one has
 * none, so that it does not run.
 */
export function modelDigests(folder: string, warn: (text: string) => void): string[] {
  return findArtefacts(folder).flatMap((each) => {
    try {
      return [readContents(each).digest];
    } catch (error) {
      warn(error instanceof Error ? error.message : String(error));
      return [];
    }
  });
}
