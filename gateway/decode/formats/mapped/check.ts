import { type ConfigProblem, invalid } from '../../../../shared/config/problem.ts';
import { type CompiledMessage, compileMapping } from '../../mapping/compile.ts';
import { tableProblems } from '../../mapping/files.ts';
import { readyMapping } from '../../mapping/ready/ready.ts';
import type { MappedConfig } from './config.ts';

/** The keys of a route that say what a mapping need not say. */
interface RouteNames {
  topic?: string;
  site?: string | undefined;
  machine?: string | undefined;
}

/** Returns what is wrong with a route's mapping. A name that is not that of a ready one is looked for elsewhere. */
export function mappedProblems(config: MappedConfig & RouteNames, place: string): ConfigProblem[] {
  const mapping = typeof config.mapping === 'string' ? readyMapping(config.mapping) : config.mapping;
  if (mapping === undefined) return [];
  const key = `${place}.mapping`;
  const wrong = tableProblems(mapping, key);
  if (wrong.length > 0) return wrong;
  const { messages } = compileMapping(mapping, key);
  return [...unsaid('machine', config, messages, place), ...unsaid('site', config, messages, place)];
}

function unsaid(
  name: 'site' | 'machine',
  route: RouteNames,
  messages: readonly CompiledMessage[],
  place: string,
): ConfigProblem[] {
  if (route[name] !== undefined || route.topic?.includes(`{${name}}`)) return [];
  if (messages.every((message) => message.skip || message[name] !== null)) return [];
  const problem = `${place}: neither the route nor its mapping says the ${name} of each message; set ${name} on the route`;
  return [invalid(`${place}.mapping`, problem)];
}
