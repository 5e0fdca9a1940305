/**
 * Modbus (shared/modbus): reading devices over serial lines and TCP, for the source of the gateway and for the command
 * `harbinger modbus`. frames/ are the bytes, line/ the connection, points/ what registers mean, maps/ files for devices
 * that are often met. Nothing here writes to a device.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, refuse } from '../config/problem.ts';
import { schemaProblems } from '../config/schema/schema-problems.ts';
import { eachSound, rules, soundView } from '../config/sound-view.ts';
import { type Document, isTable, readDocument } from '../config/toml-files.ts';
import { positionOf, tomlPositions } from '../config/toml-positions.ts';
import { packageRoot } from '../files/paths.ts';
import { PointConfig } from './points/point.ts';
import { pointProblems } from './points/point-problems.ts';

/** A register map: what a device has, and where. */
export const RegisterMap = Type.Object(
  {
    about: Type.String({ minLength: 1, maxLength: 200, description: 'The device.' }),
    source: Type.String({ minLength: 1, maxLength: 400, description: 'Where its registers are documented.' }),
    gapMax: Type.Optional(Type.Integer({ minimum: 0, maximum: 124 })),
    countMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 125 })),
    points: Type.Array(PointConfig, { minItems: 1, maxItems: 2_000 }),
  },
  { additionalProperties: false },
);
export type RegisterMap = Static<typeof RegisterMap>;

const code = 'MODBUS_MAP_INVALID';
const shippedDir = join(packageRoot, 'shared', 'modbus', 'maps');

/** Names of the maps that ship with the product. */
export function shippedMaps(): string[] {
  const names = readdirSync(shippedDir).filter((name) => name.endsWith('.toml'));
  return names.map((name) => basename(name, '.toml')).sort();
}

/**
 * Finds a map by its name among those of the product, or by the path of its file.
 * @returns the map, or its problems, each with file and line
 */
export function readMap(nameOrPath: string): { map: RegisterMap } | { problems: ConfigProblem[] } {
  const isPath = nameOrPath.includes('/') || nameOrPath.endsWith('.toml');
  if (!isPath && !shippedMaps().includes(nameOrPath)) {
    const message = `there is no map '${nameOrPath}'; there are ${shippedMaps().join(', ')}, or give the path of a file of your own, such as ./press.toml`;
    return { problems: [{ code, key: '', message }] };
  }
  const problems: ConfigProblem[] = [];
  const file = isPath ? nameOrPath : join(shippedDir, `${nameOrPath}.toml`);
  const document = readDocument(file, code, problems);
  return document ? mapIn(document) : { problems };
}

/** @throws ConfigError MODBUS_MAP_INVALID */
export function loadMap(nameOrPath: string): RegisterMap {
  const found = readMap(nameOrPath);
  if ('map' in found) return found.map;
  refuse(found.problems);
  throw new Error('a map without problems has not been read');
}

function mapIn(document: Document): { map: RegisterMap } | { problems: ConfigProblem[] } {
  const whole = withDefaults(document.table);
  const wrong = schemaProblems(RegisterMap, whole);
  const view = soundView(
    whole,
    wrong.flatMap(({ unsound }) => unsound),
  );
  const found = [...wrong, ...rules(() => listProblems((view as RegisterMap).points, 'points'))];
  if (found.length === 0) return { map: whole as RegisterMap };
  const positions = tomlPositions(document.text, document.file);
  const located = found.map(({ key, message }): ConfigProblem => {
    const { line } = positionOf(positions, key);
    return { code, key: '', file: document.file, message, ...(line !== undefined && { line }) };
  });
  return { problems: located.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

/** Fills the table `defaults` of a file into each of its points. */
function withDefaults({ defaults, ...table }: Document['table']): unknown {
  const copy = structuredClone(table);
  if (!isTable(defaults) || !Array.isArray(copy.points)) return copy;
  return {
    ...copy,
    points: copy.points.map((point) => (isTable(point) ? { ...defaults, ...point } : point)),
  };
}

/** Returns what a schema cannot express about a list of points. @param place the list, e.g. `points` */
export function listProblems(points: readonly PointConfig[], place: string): ConfigProblem[] {
  const names = new Map<string, number>();
  return eachSound(points, (point, i) => {
    const at = (key: string) => `${place}[${i}].${key}`;
    const problem = (key: string, text: string) => ({
      code: 'CONFIG_INVALID',
      key: at(key),
      message: `${at(key)} ${text}`,
    });
    const own = pointProblems(point).map(({ key, problem: text }) => problem(key, text));
    const earlier = names.get(point.name);
    if (earlier !== undefined)
      own.push(problem('name', `is that of ${place}[${earlier}] too; choose another`));
    else names.set(point.name, i);
    return own;
  });
}
