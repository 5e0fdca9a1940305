import { brokerFileProblems, brokerSettingsProblems } from '../../../shared/broker-sessions/settings.ts';
import { repeatedProblems } from '../../../shared/config/entry-problems.ts';
import { type ConfigProblem, doubtful, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import { type Filter, overlaps, parseFilter } from '../../../shared/mqtt/topic-filter.ts';
import type { MqttClientConfig, RemoteBroker } from './config.ts';

/** Returns the problems of the settings that the schema cannot express. @param routeTopics the topics of routes */
export function mqttClientProblems(
  { brokers }: MqttClientConfig,
  place = 'mqtt-client',
  routeTopics: readonly string[] | null = null,
): ConfigProblem[] {
  const keyOf = (i: number) => `${place}.brokers[${i}]`;
  return rules(
    () =>
      repeatedProblems(
        brokers,
        (_, i) => `${keyOf(i)}.name`,
        ({ name }) => name,
      ),
    () =>
      repeatedProblems(
        brokers,
        (_, i) => `${keyOf(i)}.clientId`,
        ({ url, clientId, name }) => `${url} ${clientId ?? `\0${name}`}`,
      ),
    () => eachSound(brokers, (broker, i) => brokerSettingsProblems(broker, keyOf(i))),
    () => eachSound(brokers, (broker, i) => filterProblems(broker, keyOf(i), routeTopics)),
  );
}

/** Reads the files that the settings name. */
export function mqttClientFileProblems({ brokers }: MqttClientConfig, place: string): ConfigProblem[] {
  return eachSound(brokers, (broker, i) => brokerFileProblems(broker, `${place}.brokers[${i}]`));
}

function filterProblems(
  broker: RemoteBroker,
  key: string,
  routeTopics: readonly string[] | null,
): ConfigProblem[] {
  return eachSound(broker.subscribe, (text, i) => {
    const at = `${key}.subscribe[${i}]`;
    const filter = parseFilter(text);
    if (filter === null) return [invalid(at, `${at}: '${text}' is not a valid topic filter`)];
    if (routeTopics === null) return [];
    const here = topicHere(broker, text);
    const asFiltered = parseFilter(here);
    const routes = routeTopics.map((topic) => parseFilter(topic));
    const isRouted = routes.some(
      (route: Filter | null) => route && asFiltered && overlaps(route, asFiltered),
    );
    if (isRouted) return [];
    const message = `${at}: no route takes '${here}'; every message of it would become a dead letter. Add a route, or set strip and prefix`;
    return [doubtful(at, message)];
  });
}

/** Returns the topic that routes see. */
export function topicHere(
  { strip = '', prefix = '' }: Pick<RemoteBroker, 'strip' | 'prefix'>,
  topic: string,
): string {
  const isBegun = strip !== '' && topic.startsWith(strip) && topic.length > strip.length;
  return prefix + (isBegun ? topic.slice(strip.length) : topic);
}
