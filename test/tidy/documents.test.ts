/** Documents speak of what there is. */
import { expect, it } from 'vitest';
import { files, product, textOf } from './tree.ts';

it('name only metrics that there are', () => {
  const code = product.map(({ text }) => text).join('\n');
  const documents = files.filter((path) => path.endsWith('.md') && !path.startsWith('models/'));
  const named = documents.flatMap((path) =>
    (textOf(path).match(/\bharbinger_[a-z_]+\b/g) ?? []).map((name) => ({ path, name })),
  );
  expect(named.length).toBeGreaterThan(0);
  const unknown = named.filter(({ name }) => !exposes(code, name));
  expect(unknown.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
});

/** Ingest metrics are named without their prefix in the code. `harbinger_x_*` stands for every metric that begins so. */
function exposes(code: string, name: string): boolean {
  if (name.endsWith('_')) return code.includes(`'${name}`);
  return code.includes(`'${name}'`) || code.includes(`'${name.replace('harbinger_ingest_', '')}'`);
}
