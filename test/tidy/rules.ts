/** Which folders may import which: the layers of the product. Each rule returns the imports that break it. */
import type { Edge } from './imports.ts';
import { folderOf, isTest } from './tree.ts';

/** The other top-level folders that each may import. deploy/ composes the product; test/ may import everything. */
export const floors: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  gateway: ['shared'],
  cloud: ['shared'],
  models: ['shared'],
  deploy: ['shared', 'gateway', 'cloud', 'models'],
  test: ['shared', 'gateway', 'cloud', 'models', 'deploy'],
};

/** The other rooms of shared/ that each may import, beside runtime/. */
export const sharedRooms: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  bounds: [],
  config: ['files', 'security', 'words'],
  parts: ['config'],
  notifiers: ['config', 'contract', 'mqtt', 'parts', 'security', 'words'],
  notifications: ['config', 'contract', 'notifiers', 'parts'],
  files: [],
  backup: ['files'],
  'data-format': ['files'],
  security: ['files'],
  serial: ['config'],
  modbus: ['config', 'contract', 'domain', 'files', 'serial'],
  devices: ['contract', 'mqtt', 'security'],
  http: ['config', 'files', 'security'],
  mqtt: [],
  sparkplug: [],
  'broker-sessions': ['config', 'contract', 'mqtt', 'security'],
  jobs: ['config', 'parts'],
  contract: [],
  names: ['contract'],
  domain: ['config', 'contract', 'files'],
  decisions: ['contract'],
  conditions: ['config', 'contract', 'files', 'parts', 'security', 'words'],
  heartbeat: ['config', 'mqtt', 'parts', 'security'],
  model: ['contract', 'domain', 'files'],
  detector: [],
  trend: [],
  statistics: [],
  words: [],
  'machine-state': ['contract', 'domain', 'words'],
};

/** Rooms of the gateway that compose others, and the rooms that they must not import. */
const composing: Readonly<Record<string, readonly string[]>> = {
  'gateway/pipeline': [
    'gateway/sources',
    'gateway/watch',
    'gateway/decisions',
    'gateway/jobs',
    'gateway/api',
  ],
};

/**
 * The JSON format recognises pairs and hands them to their own format; a mapping of topics alone hands payloads to those that
 * read them without a mapping.
 */
const partsThatDelegate: Readonly<Record<string, readonly string[]>> = {
  'gateway/decode/formats/json': ['gateway/decode/formats/key-value'],
  'gateway/decode/formats/mapped': ['gateway/decode/formats/json', 'gateway/decode/formats/number'],
};

const topOf = (path: string) => path.split('/')[0]!;

/** The second folder of a path in gateway/ or cloud/; null for files directly in them, and elsewhere. */
export function roomOf(path: string): string | null {
  const [side, room, ...rest] = path.split('/');
  return (side === 'gateway' || side === 'cloud') && rest.length > 0 ? `${side}/${room}` : null;
}

export function breaksFloors({ from, to }: Edge): boolean {
  const [own, other] = [topOf(from), topOf(to)];
  if (own === other || floors[own]?.includes(other)) return false;
  return !(isTest(from) && other === 'test');
}

/**
 * A room may import its own files, the ports of its side, and shared/. Files directly in gateway/ and cloud/ compose
 * rooms.
 */
export function breaksRooms({ from, to }: Edge): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === null || isTest(from) || topOf(from) !== topOf(to) || own === other) return false;
  const side = topOf(from);
  if (other === null) return true;
  if (other === `${side}/ports`) return false;
  const mustNot = composing[own];
  return mustNot ? mustNot.includes(other) : true;
}

export function breaksSharedRooms({ from, to }: Edge): boolean {
  if (isTest(from) || topOf(from) !== 'shared' || topOf(to) !== 'shared') return false;
  const [own, other] = [from.split('/')[1]!, to.split('/')[1]!];
  return own !== other && other !== 'runtime' && !sharedRooms[own]?.includes(other);
}

/**
 * A part is a folder with a part.ts. From outside only its part.ts may be imported, and only by the registry, which is
 * in the folder above. Tests may import anything, and `partsThatDelegate` may import the parts that they delegate to.
 */
export function breaksParts({ from, to }: Edge, partFolders: ReadonlySet<string>): boolean {
  if (isTest(from) || topOf(from) === 'test') return false;
  for (const folder of partFolders) {
    if (!to.startsWith(`${folder}/`) || from.startsWith(`${folder}/`)) continue;
    if (partsThatDelegate[folderOf(from)]?.includes(folder)) continue;
    const isRegistry = folderOf(folder) === folderOf(from);
    if (to !== `${folder}/part.ts` || !isRegistry) return true;
  }
  return false;
}
