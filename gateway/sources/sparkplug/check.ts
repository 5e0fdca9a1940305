import { brokerFileProblems, brokerSettingsProblems } from '../../../shared/broker-sessions/settings.ts';
import { repeatedProblems } from '../../../shared/config/entry-problems.ts';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import type { SparkplugConfig, SparkplugHost } from './config.ts';

const parts = {
  site: ['group', 'node'],
  nodeMachine: ['group', 'node'],
  machine: ['group', 'node', 'device'],
};

/** Returns the problems of the settings that the schema cannot express. @param place where the table is */
export function sparkplugProblems({ hosts }: SparkplugConfig, place = 'sparkplug'): ConfigProblem[] {
  const keyOf = (i: number) => `${place}.hosts[${i}]`;
  return rules(
    () =>
      repeatedProblems(
        hosts,
        (_, i) => `${keyOf(i)}.name`,
        ({ name }) => name,
      ),
    () =>
      repeatedProblems(
        hosts,
        (_, i) => `${keyOf(i)}.url`,
        ({ url }) => url,
      ),
    () => eachSound(hosts, (host, i) => brokerSettingsProblems(host, keyOf(i))),
    () => eachSound(hosts, (host, i) => nameProblems(host, keyOf(i))),
  );
}

/** Reads the files that the settings name. */
export function sparkplugFileProblems({ hosts }: SparkplugConfig, place: string): ConfigProblem[] {
  return eachSound(hosts, (host, i) => brokerFileProblems(host, `${place}.hosts[${i}]`));
}

function nameProblems(host: SparkplugHost, key: string): ConfigProblem[] {
  const unknown = (['site', 'nodeMachine', 'machine'] as const).flatMap((setting) => {
    const found = [...host[setting].matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
    const wrong = found.find((name) => !parts[setting].includes(name));
    if (wrong === undefined) return [];
    const known = parts[setting].map((name) => `{${name}}`).join(', ');
    const at = `${key}.${setting}`;
    return [invalid(at, `${at} has {${wrong}}; there are ${known}`)];
  });
  const repeated = [
    ...repeatedProblems(
      host.machines,
      (_, i) => `${key}.machines[${i}].id`,
      ({ id }) => id,
    ),
    ...repeatedProblems(
      host.sensors,
      (_, i) => `${key}.sensors[${i}].metric`,
      ({ metric }) => metric,
    ),
  ];
  return [...unknown, ...repeated];
}
