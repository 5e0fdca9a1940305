import { type ConfigProblem, doubtful } from '../../config/problem.ts';
import { rules } from '../../config/sound-view.ts';
import type { MqttNotifierConfig } from './config.ts';

/** Names in braces that the notifier fills in. */
const placeholders = ['site', 'machine', 'change'];

/** Warns of placeholders that nothing is filled in for. @param place where the table is, e.g. `alerts.mqtt[0]` */
export function mqttProblems(config: MqttNotifierConfig, place: string): ConfigProblem[] {
  return rules(() => {
    const names = [...config.topic.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
    const unknown = [...new Set(names)].filter((name) => !placeholders.includes(name));
    return unknown.map((name) =>
      doubtful(
        `${place}.topic`,
        `${place}.topic: nothing is filled in for {${name}}; there are {site}, {machine} and {change}`,
      ),
    );
  });
}
