import type { Listener } from '../../../shared/config/listeners.ts';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../shared/config/sound-view.ts';
import { covers, parseFilter } from '../../../shared/mqtt/topic-filter.ts';
import { isLoopback } from '../../../shared/security/loopback.ts';
import { userProblems } from './access/credentials.ts';
import { grantProblems } from './access/grants.ts';
import type { BrokerConfig } from './config.ts';
import { portsOf } from './listeners/ports.ts';

/**
 * Returns the problems of the settings that the schema cannot express. @param place where the broker's table is
 * @param routeTopics the topics of routes, which are stored too
 */
export function brokerProblems(
  config: BrokerConfig,
  place = 'broker',
  routeTopics: readonly string[] = [],
): ConfigProblem[] {
  return rules(
    () =>
      config.anonymous === 'loopback' && !isLoopback(config.host)
        ? [
            invalid(
              `${place}.anonymous`,
              `${place}.anonymous = "loopback" lets programs on this computer in without a password, so ${place}.host must be 127.0.0.1 or ::1, not ${config.host}`,
            ),
          ]
        : [],
    () =>
      eachSound(portsOf(config, place), ({ tls, tlsSection }) => {
        if (tls?.clientCertificates !== 'required' || tls.clientCaFile !== undefined) return [];
        const key = `${tlsSection}.clientCertificates`;
        const why = `${key} = "required" needs ${tlsSection}.clientCaFile: any authority of the public would do otherwise`;
        return [invalid(key, why)];
      }),
    () =>
      config.telemetryFilters.length === 0 && routeTopics.length === 0
        ? [
            invalid(
              `${place}.telemetryFilters`,
              `${place}.telemetryFilters is empty: nothing would be stored`,
            ),
          ]
        : [],
    () =>
      eachSound(config.telemetryFilters, (text, i) => {
        const key = `${place}.telemetryFilters[${i}]`;
        const isFilter = parseFilter(text) !== null && !text.startsWith('$');
        return isFilter ? [] : [invalid(key, `${key}: '${text}' is not a valid telemetry filter`)];
      }),
    () => userProblems(config.users, `${place}.users`),
    () => eachSound(config.users, (user, i) => grantProblems(user, `${place}.users[${i}]`)),
  );
}

/** Returns the ports that the broker will listen on. */
export function brokerListeners(config: BrokerConfig, place: string): (() => Listener)[] {
  return portsOf(config, place).map(({ setting, host, port }) => () => ({ key: setting, host, port }));
}

/**
 * Returns the topics that the broker stores: those of its own configuration, and those that routes accept, which would
 * be lost otherwise.
 */
export function storedTopics(telemetryFilters: readonly string[], routeTopics: readonly string[]): string[] {
  const stored = telemetryFilters.map((text) => parseFilter(text));
  const isStored = (text: string) => {
    const filter = parseFilter(text);
    return filter !== null && stored.some((each) => each !== null && covers(each, filter));
  };
  return [...telemetryFilters, ...new Set(routeTopics.filter((topic) => !isStored(topic)))];
}
