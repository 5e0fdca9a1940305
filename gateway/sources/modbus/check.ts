import { repeatedProblems } from '../../../shared/config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import type { PointConfig } from '../../../shared/modbus/points/point.ts';
import { listProblems, readMap } from '../../../shared/modbus/read-map.ts';
import type { LineConfig, ModbusConfig, SlaveConfig } from './config.ts';
import { pointsOf } from './slave.ts';

const ofSerialLines = ['baudRate', 'dataBits', 'parity', 'stopBits'] as const;
/** Values that settings have by default; only others show that somebody meant them. */
const usual = { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1, framing: 'tcp' };

/** Returns the problems of the settings that the schema cannot express. @param place where the table is */
export function modbusProblems({ lines }: ModbusConfig, place = 'modbus'): ConfigProblem[] {
  const keyOf = (i: number) => `${place}.lines[${i}]`;
  return rules(
    () =>
      repeatedProblems(
        lines,
        (_, i) => `${keyOf(i)}.name`,
        ({ name }) => name,
      ),
    () =>
      repeatedProblems(
        lines,
        (line, i) => `${keyOf(i)}.${line.path === undefined ? 'host' : 'path'}`,
        ({ path, host = '', port }) => path ?? `${host}:${port}`,
      ),
    () => eachSound(lines, (line, i) => wayProblems(line, keyOf(i))),
    () =>
      eachSound(lines, ({ slaves }, i) =>
        slaves.length > 0
          ? []
          : [invalid(keyOf(i), `${keyOf(i)} has no slaves; add [[${place}.lines.slaves]]`)],
      ),
    () => eachSound(lines, (line, i) => unitProblems(line, keyOf(i))),
    () =>
      eachSound(lines, ({ slaves }, i) =>
        eachSound(slaves, (slave, n) => slaveProblems(slave, `${keyOf(i)}.slaves[${n}]`)),
      ),
  );
}

function wayProblems(line: LineConfig, key: string): ConfigProblem[] {
  const { path, host } = line;
  if (path === undefined && host === undefined)
    return [invalid(key, `${key} has neither path (a serial line) nor host (Modbus TCP); set one of them`)];
  if (path !== undefined && host !== undefined)
    return [invalid(`${key}.host`, `${key} has both path and host; keep one of them`)];
  if (path !== undefined && line.framing !== usual.framing)
    return [
      invalid(`${key}.framing`, `${key}.framing is only for a host; a path always has the frames of a line`),
    ];
  if (path !== undefined) return [];
  const idle = ofSerialLines.find((setting) => line[setting] !== usual[setting]);
  if (idle === undefined) return [];
  const where = 'set it in the converter, and leave it out here';
  return [invalid(`${key}.${idle}`, `${key}.${idle} is only for a path (a serial line): ${where}`)];
}

function unitProblems({ path, framing, slaves }: LineConfig, key: string): ConfigProblem[] {
  const repeated = repeatedProblems(
    slaves,
    (_, i) => `${key}.slaves[${i}].unit`,
    ({ unit }) => String(unit),
  );
  const outside = eachSound(slaves, ({ unit }, i) => {
    if ((path === undefined && framing === 'tcp') || (unit >= 1 && unit <= 247)) return [];
    const unitKey = `${key}.slaves[${i}].unit`;
    return [invalid(unitKey, `${unitKey} is ${unit}, and units of a serial line are 1 to 247`)];
  });
  return [...repeated, ...outside];
}

function slaveProblems({ map, points, only }: SlaveConfig, key: string): ConfigProblem[] {
  const none =
    map === undefined && points.length === 0
      ? [invalid(key, `${key} has neither map nor points; name a map, or say what is to be read`)]
      : [];
  const names = new Set(points.map(({ name }) => name));
  const unknown = map === undefined ? only.find((name) => !names.has(name)) : undefined;
  const missing =
    unknown === undefined
      ? []
      : [invalid(`${key}.only`, `${key}.only names '${unknown}', and there is no such point`)];
  return [...none, ...missing, ...listProblems(points, `${key}.points`)];
}

/** Returns the problems of the maps that the settings name, and those of all points together. Reads files. */
export function mapProblems({ lines }: ModbusConfig, place: string): ConfigProblem[] {
  const taken = new Map<string, string>();
  return eachSound(lines, ({ slaves }, i) =>
    eachSound(slaves, (slave, n) => {
      const key = `${place}.lines[${i}].slaves[${n}]`;
      const { map, only } = slave;
      const found = map === undefined ? undefined : readMap(map);
      if (found && 'problems' in found)
        return found.problems.map((problem) =>
          problem.file === undefined
            ? { ...problem, key: `${key}.map`, message: `${key}.map: ${problem.message}` }
            : problem,
        );
      const points = pointsOf({ ...slave, only: [] }, found?.map.points ?? []);
      const names = new Set(points.map(({ name }) => name));
      const unknown = found && only.find((name) => !names.has(name));
      if (unknown !== undefined) {
        const message = `${key}.only names '${unknown}', which neither the map '${map}' nor points has`;
        return [invalid(`${key}.only`, message)];
      }
      return sharedSensorProblems(slave, pointsOf(slave, points), key, taken);
    }),
  );
}

/** Finds a sensor that another slave of the same machine has: the values of both would be mixed. */
function sharedSensorProblems(
  { site, machine }: SlaveConfig,
  points: readonly PointConfig[],
  key: string,
  taken: Map<string, string>,
): ConfigProblem[] {
  const idOf = ({ name }: PointConfig) => `${site}/${machine}/${name}`;
  const shared = points.find((point) => taken.has(idOf(point)));
  const earlier = shared && taken.get(idOf(shared));
  for (const point of points) taken.set(idOf(point), key);
  if (!shared || earlier === key) return [];
  const message = `${key}.machine '${machine}' has '${shared.name}' from ${earlier} too; give it another machine, or the point another name`;
  return [invalid(`${key}.machine`, message)];
}
