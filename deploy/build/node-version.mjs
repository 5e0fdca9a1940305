/**
 * Decides whether a version of Node will do, by the range in package.json's `engines`. The build and the built tool both ask
 * here. It uses only syntax that very old versions of Node can parse, so that they end with one sentence.
 */

/**
 * Returns why this Node will not do, or null.
 * @param {string} version as in `process.versions.node`
 * @param {string} range alternatives `^1.2.0` (that major version, from there on) or `>=1.2.0`, separated by `||`
 * @returns {string | null}
 */
export function nodeProblem(version, range) {
  const found = numbersOf(version);
  const fits = alternativesOf(range).some(({ isOpen, from }) => {
    if (found[0] !== from[0]) return isOpen && found[0] > from[0];
    return found[1] !== from[1] ? found[1] > from[1] : found[2] >= from[2];
  });
  if (fits) return null;
  const needed = neededNode(range);
  return `this is Node ${version}, and Node ${needed} is needed; README.md says under "A Node that fits" how to get one`;
}

/**
 * Says a range in words, e.g. `20 (from 20.19), 22 (from 22.12), or 24 or newer`.
 * @param {string} range
 */
export function neededNode(range) {
  const words = alternativesOf(range).map(({ isOpen, from }) => {
    const [major, minor, patch] = from;
    const exact = patch > 0 ? from.join('.') : minor > 0 ? `${major}.${minor}` : `${major}`;
    if (isOpen) return `${exact} or newer`;
    return exact === `${major}` ? exact : `${major} (from ${exact})`;
  });
  const last = words.pop();
  return words.length === 0 ? `${last}` : `${words.join(', ')}, or ${last}`;
}

/**
 * @param {string} range
 * @returns {{ isOpen: boolean, from: number[] }[]}
 */
function alternativesOf(range) {
  return range.split('||').map((text) => {
    const match = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(text);
    if (match === null)
      throw new RangeError(`engines.node in package.json: '${text}' is not ^1.2.3 or >=1.2.3`);
    return { isOpen: match[1] === '>=', from: numbersOf(match[2]) };
  });
}

/**
 * A pre-release counts as the version it is named after.
 * @param {string} version
 */
function numbersOf(version) {
  return version.split('-')[0].split('.').map(Number);
}
