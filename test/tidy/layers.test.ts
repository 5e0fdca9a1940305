/** Imports follow the layers and form no circles. */
import { describe, expect, it } from 'vitest';
import { circlesIn, circlesOf } from './circles.ts';
import { type Edge, edges, edgesBetweenSources } from './imports.ts';
import { breaksFloors, breaksParts, breaksRooms, breaksSharedRooms, floors, sharedRooms } from './rules.ts';
import { folderOf, isTest, sources } from './tree.ts';

const broken = (rule: (edge: Edge) => boolean) => edges.filter(rule).map(({ from, to }) => `${from} → ${to}`);

const inner = edgesBetweenSources.filter(({ from, to }) => !isTest(from) && !isTest(to));
const codeFolders = [
  ...new Set(
    sources.flatMap(({ path }) => {
      const parts = path.split('/').slice(0, -1);
      return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))];
    }),
  ),
];

describe('imports', () => {
  it('are found: without any, the checks below would pass without effect', () => {
    expect(sources.length).toBeGreaterThan(500);
    expect(edgesBetweenSources.length).toBeGreaterThan(1_000);
  });

  it('lead from one top-level folder to another only as allowed', () => {
    expect(broken(breaksFloors)).toEqual([]);
    const tops = new Set(sources.map(({ path }) => path.split('/')[0]!));
    expect([...tops].filter((top) => !(top in floors))).toEqual([]);
  });

  it('of a room of gateway or cloud lead only to the room itself, its ports and shared', () => {
    expect(broken(breaksRooms)).toEqual([]);
  });

  it('between the rooms of shared lead downwards', () => {
    const rooms = new Set(
      sources.filter(({ path }) => path.startsWith('shared/')).map(({ path }) => path.split('/')[1]!),
    );
    expect([...rooms].filter((room) => !(room in sharedRooms))).toEqual([]);
    expect(broken(breaksSharedRooms)).toEqual([]);
  });

  it('of a part from outside lead only from its registry to its part.ts', () => {
    const parts = sources.filter(({ path }) => path.endsWith('/part.ts') && path !== 'shared/parts/part.ts');
    const folders = new Set(parts.map(({ path }) => folderOf(path)));
    expect(broken((edge) => breaksParts(edge, folders))).toEqual([]);
  });
});

describe('circles of imports', () => {
  it('do not exist between files, type-only imports included', () => {
    expect(circlesOf(inner)).toEqual([]);
  });

  it('do not exist between the files and sub-folders of a folder', () => {
    const found = codeFolders.flatMap((folder) =>
      circlesIn(folder, inner).map((circle) => `${folder || '/'}: ${circle.join(' ')}`),
    );
    expect(found).toEqual([]);
  });
});
