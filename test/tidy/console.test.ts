/** The logic of the page is separate from the browser, so that it can be tested without one. */
import { expect, it } from 'vitest';
import { edgesBetweenSources } from './imports.ts';
import { isTest, sources } from './tree.ts';

const usesBrowser = /\b(document|window|performance|location)\.|\bfetch\(|HTML\w*Element/;

/** The files that `path` reaches over imports, itself included. */
function reachedFrom(path: string): Set<string> {
  const reached = new Set<string>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...edgesBetweenSources.filter(({ from }) => from === next).map(({ to }) => to));
  }
  return reached;
}

it('models of the page reach no file that uses the browser', () => {
  const page = sources.filter(({ path }) => path.startsWith('cloud/console/') && !isTest(path));
  const browser = new Set(page.filter(({ text }) => usesBrowser.test(text)).map(({ path }) => path));
  const models = page.map(({ path }) => path).filter((path) => path.endsWith('-model.ts'));
  expect(models.length).toBeGreaterThan(5);
  expect(browser.size).toBeGreaterThan(5);
  const broken = models.flatMap((model) =>
    [...reachedFrom(model)].filter((path) => browser.has(path)).map((path) => `${model} → ${path}`),
  );
  expect(broken).toEqual([]);
});
