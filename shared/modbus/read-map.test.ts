import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from './points/blocks.ts';
import { loadMap, readMap, shippedMaps } from './read-map.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-map-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function problemsIn(text: string): string[] {
  const file = join(folder, 'map.toml');
  writeFileSync(file, text);
  const found = readMap(file);
  return 'map' in found ? [] : found.problems.map(({ line, message }) => `${line}: ${message}`);
}

describe('maps of the product', () => {
  it.each(shippedMaps())('%s is sound, and names where its registers are documented', (name) => {
    const map = loadMap(name);
    expect(map.source.length).toBeGreaterThan(30);
    expect(map.points.every(({ name: point }) => point === point.toLowerCase())).toBe(true);
  });

  it('are read in few requests', () => {
    const { points, gapMax = 8, countMax = 100 } = loadMap('eastron-sdm630');
    const fast = points.filter(({ periodMs }) => periodMs === undefined);
    expect(blocksOf(fast, { gapMax, countMax }).map(({ address, count }) => [address, count])).toEqual([
      [0, 72],
      [224, 2],
    ]);
  });
});

describe('a map of a site', () => {
  it('takes what its points share from defaults', () => {
    expect(
      problemsIn(
        'about = "a"\nsource = "b"\n[defaults]\nfunction = 4\n[[points]]\nname = "x"\naddress = 1\n',
      ),
    ).toEqual([]);
    expect(loadMap(join(folder, 'map.toml')).points).toMatchObject([
      { function: 4, type: 'uint16', scale: 1 },
    ]);
  });

  it('is refused with file, line and what to do', () => {
    const head = 'about = "a"\nsource = "b"\n';
    expect(problemsIn(`${head}[[points]]\nname = "x"\naddress = 1\ntype = "flaot32"\n`)).toEqual([
      expect.stringMatching(/^6: points\[0\]\.type/),
    ]);
    const twice = '[[points]]\nname = "x"\naddress = 1\n[[points]]\nname = "x"\naddress = 2\ntype = "bool"\n';
    expect(problemsIn(head + twice)).toEqual([
      expect.stringMatching(/points\[1\]\.bit is needed for a bool/),
      expect.stringMatching(/^7: points\[1\]\.name is that of points\[0\] too/),
    ]);
    expect(problemsIn('about = ')).toEqual([expect.stringMatching(/^1: /)]);
    expect(problemsIn(`${head}points = 7\n`)).toHaveLength(1);
  });

  it('of an unknown name is refused with those that there are', () => {
    expect(() => loadMap('eastron')).toThrow(/no map 'eastron'; there are banner-qm30vt2, eastron-sdm630/);
    expect(() => loadMap('./none.toml')).toThrow(/none\.toml/);
  });
});
