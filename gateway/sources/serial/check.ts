import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import type { SerialConfig, SerialPortConfig } from './config.ts';

/** Returns the problems of the settings that the schema cannot express. @param place where the table is */
export function serialProblems({ ports }: SerialConfig, place = 'serial'): ConfigProblem[] {
  const paths = new Set<string>();
  return ports.flatMap((port, i) => {
    const key = `${place}.ports[${i}]`;
    const problem = topicProblem(port);
    const problems = problem === null ? [] : [invalid(key, `serial: ${port.path}: ${problem}`)];
    if (paths.has(port.path))
      problems.push(invalid(`${key}.path`, `serial: two ports have the same path, ${port.path}`));
    paths.add(port.path);
    return problems;
  });
}

function topicProblem(port: SerialPortConfig): string | null {
  for (const [, name] of port.topic.matchAll(/\{(\w+)\}/g)) {
    if ((name !== 'site' && name !== 'machine') || port[name] === undefined)
      return `its topic uses {${name}}; set ${name} for this port`;
  }
  const filled = topicOf(port);
  const isTopic = !/[+#{}\0]/.test(filled) && !filled.startsWith('$') && !filled.split('/').includes('');
  return isTopic ? null : `'${filled}' is not a topic that a message can be sent on`;
}

/** Returns the topic with site and machine filled in. */
export function topicOf({ topic, site = '', machine = '' }: SerialPortConfig): string {
  return topic.replaceAll('{site}', site).replaceAll('{machine}', machine);
}
