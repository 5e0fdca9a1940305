import { repeatedProblems } from '../../../shared/config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import { listProblems, readMap } from '../../../shared/modbus/read-map.ts';
import type { LineConfig, ModbusConfig, SlaveConfig } from './config.ts';

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

function wayProblems({ path, host }: LineConfig, key: string): ConfigProblem[] {
  if (path === undefined && host === undefined)
    return [invalid(key, `${key} has neither path (a serial line) nor host (Modbus TCP); set one of them`)];
  if (path !== undefined && host !== undefined)
    return [invalid(`${key}.host`, `${key} has both path and host; keep one of them`)];
  return [];
}

function unitProblems({ path, slaves }: LineConfig, key: string): ConfigProblem[] {
  const repeated = repeatedProblems(
    slaves,
    (_, i) => `${key}.slaves[${i}].unit`,
    ({ unit }) => String(unit),
  );
  const outside = eachSound(slaves, ({ unit }, i) => {
    if (path === undefined || (unit >= 1 && unit <= 247)) return [];
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

/** Returns the problems of the maps that the settings name. Reads their files. */
export function mapProblems({ lines }: ModbusConfig, place: string): ConfigProblem[] {
  return eachSound(lines, ({ slaves }, i) =>
    eachSound(slaves, ({ map, points, only }, n) => {
      if (map === undefined) return [];
      const key = `${place}.lines[${i}].slaves[${n}]`;
      const found = readMap(map);
      if ('problems' in found)
        return found.problems.map((problem) =>
          problem.file === undefined
            ? { ...problem, key: `${key}.map`, message: `${key}.map: ${problem.message}` }
            : problem,
        );
      const names = new Set([...found.map.points, ...points].map(({ name }) => name));
      const unknown = only.find((name) => !names.has(name));
      if (unknown === undefined) return [];
      const message = `${key}.only names '${unknown}', which neither the map '${map}' nor points has`;
      return [invalid(`${key}.only`, message)];
    }),
  );
}
