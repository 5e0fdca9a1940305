import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { covers, parseFilter } from '../../../shared/mqtt/topic-filter.ts';
import { isLoopback } from '../../../shared/security/loopback.ts';
import { userProblems } from './access/credentials.ts';
import { grantProblems } from './access/grants.ts';
import type { BrokerConfig } from './config.ts';

/** Returns the problems of the settings that the schema cannot express. @param place where the broker's table is */
export function brokerProblems(
  { anonymous, host, telemetryFilters, users }: BrokerConfig,
  place = 'broker',
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (anonymous === 'loopback' && !isLoopback(host)) {
    problems.push(
      invalid(
        `${place}.anonymous`,
        `broker: anonymous = 'loopback' lets programs on this computer in without a password, so host must be 127.0.0.1 or ::1, not ${host}`,
      ),
    );
  }
  if (telemetryFilters.length === 0)
    problems.push(
      invalid(`${place}.telemetryFilters`, 'broker: telemetryFilters is empty: nothing would be stored'),
    );
  for (const [i, text] of telemetryFilters.entries()) {
    if (!parseFilter(text) || text.startsWith('$'))
      problems.push(
        invalid(`${place}.telemetryFilters[${i}]`, `broker: '${text}' is not a valid telemetry filter`),
      );
  }
  return [...problems, ...users.flatMap(grantProblems), ...userProblems(users)];
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
