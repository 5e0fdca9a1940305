/** Bills of materials: complete beside what npm itself finds, and the same bytes for the same packages. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { lockedPackages, sbomOf } from './sbom.mjs';

interface Bill {
  bomFormat: string;
  specVersion: string;
  components: Record<string, unknown>[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const packages = lockedPackages(packageRoot);
const paths = Object.keys(packages).filter((path) => path !== '');
const billOf = (...given: Parameters<typeof sbomOf>) => JSON.parse(sbomOf(...given)) as Bill;
const refsOf = ({ components }: Bill) => components.map((each) => String(each['bom-ref'])).sort();

it('names what npm names, of the lock file', () => {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
  const said = execFileSync('npm', args, { cwd: packageRoot, encoding: 'utf8', maxBuffer: 64 << 20 });
  const ofNpm = JSON.parse(said) as { components: { purl: string }[] };
  const withoutQuery = ofNpm.components.map(({ purl }) => purl.replace(/\?.*/, ''));
  expect(refsOf(billOf(packageRoot, paths))).toEqual([...new Set(withoutQuery)].sort());
});

it('says version, licence, digest and scope of each, and what it needs', () => {
  const bill = billOf(packageRoot, paths);
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  const { version } = packages['node_modules/@peculiar/x509']!;
  const purl = `pkg:npm/%40peculiar/x509@${version}`;
  expect(bill.components.find((each) => each.purl === purl)).toEqual({
    ...{ type: 'library', group: '@peculiar', name: 'x509', version, purl, 'bom-ref': purl },
    ...{ scope: 'required', licenses: [{ license: { id: 'MIT' } }] },
    hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
  });
  expect(bill.components.find(({ name }) => name === 'vitest')).toMatchObject({ scope: 'excluded' });
  const known = new Set(refsOf(bill));
  const needed = bill.dependencies.flatMap(({ dependsOn }) => dependsOn);
  expect(needed.filter((ref) => !known.has(ref))).toEqual([]);
  expect(bill.dependencies.find(({ ref }) => ref === purl)?.dependsOn.join()).toContain('tsyringe');
});

it('is of what a bundle has, with its Node, and of the same bytes each time', () => {
  const some = ['node_modules/lmdb', 'node_modules/fastify'];
  const bill = billOf(packageRoot, some, { name: 'harbinger-gateway', node: '24.1.0' });
  expect(refsOf(bill).map((ref) => ref.replace(/@[^@]*$/, ''))).toEqual([
    'pkg:generic/node',
    'pkg:npm/fastify',
    'pkg:npm/lmdb',
  ]);
  expect(sbomOf(packageRoot, some)).toBe(sbomOf(packageRoot, some.toReversed()));
  expect(() => sbomOf(packageRoot, ['node_modules/nothing'])).toThrow('is not in package-lock.json');
});
