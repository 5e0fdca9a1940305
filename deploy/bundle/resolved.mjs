/**
 * Finds the package that code in `from` gets under a name: the nearest one above it.
 * @param {Record<string, unknown>} packages of package-lock.json
 * @param {string} from
 * @param {string} name
 * @returns {string | null}
 */
export function resolved(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return null;
    if (!folder.includes('/node_modules/')) folder = '';
  }
}
