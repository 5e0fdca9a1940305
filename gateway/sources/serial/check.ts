import { repeatedProblems } from '../../../shared/config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import type { SerialConfig, SerialPortConfig } from './config.ts';

/** Returns the problems of the settings that the schema cannot express. @param place where the table is */
export function serialProblems({ ports }: SerialConfig, place = 'serial'): ConfigProblem[] {
  const key = (i: number, name: string) => `${place}.ports[${i}].${name}`;
  return rules(
    () =>
      eachSound(ports, (port, i) =>
        topicProblems(port).map((problem) => invalid(key(i, 'topic'), `${key(i, 'topic')} ${problem}`)),
      ),
    () =>
      repeatedProblems(
        ports,
        (_, i) => key(i, 'path'),
        ({ path }) => path,
      ),
  );
}

/** Sentences without a subject. */
function topicProblems(port: SerialPortConfig): string[] {
  const names = new Set([...port.topic.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!));
  const ofNames = [...names].flatMap((name) => {
    if (name !== 'site' && name !== 'machine')
      return [`has {${name}}, which is neither {site} nor {machine}`];
    return port[name] === undefined ? [`has {${name}}; set ${name} for this port`] : [];
  });
  if (ofNames.length > 0) return ofNames;
  const filled = topicOf(port);
  const isTopic = !/[+#{}\0]/.test(filled) && !filled.startsWith('$') && !filled.split('/').includes('');
  return isTopic ? [] : [`is '${filled}', which is not a topic that a message can be sent on`];
}

/** Returns the topic with site and machine filled in. */
export function topicOf({ topic, site = '', machine = '' }: SerialPortConfig): string {
  return topic.replaceAll('{site}', site).replaceAll('{machine}', machine);
}
