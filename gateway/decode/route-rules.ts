import { type ConfigProblem, invalid, refuse } from '../../shared/config/problem.ts';
import { nearestName } from '../../shared/config/schema/nearest-name.ts';
import { rules } from '../../shared/config/sound-view.ts';
import { nameOf } from '../../shared/parts/part.ts';
import { createPart, problemsOf } from '../../shared/parts/registry.ts';
import type { Decoder, FormatDeps } from '../ports/decode.ts';
import { formatOf, type RouteRule } from './config.ts';
import { formats } from './formats/formats.ts';
import type { OwnMappings } from './mapping/files.ts';
import { readyNames } from './mapping/ready/ready.ts';
import { unpacking } from './packed/packed.ts';
import { compileTopicPattern, patternProblems, type TopicMatch } from './topic-pattern.ts';

/** A rule of the configuration, ready for use. */
export interface CompiledRule {
  /** The name of its decoder in reports: format and topic. */
  name: string;
  match: (topic: string) => TopicMatch | null;
  decoder: Decoder;
  site: string | undefined;
  machine: string | undefined;
  labels?: readonly string[] | undefined;
  timeKeys?: readonly string[] | undefined;
  /** A retained message that comes again is stored again. */
  storesAgain?: boolean;
}

/** Reads no setting, as the one that says the format may be wrong already. */
function hasMapping(rule: RouteRule): boolean {
  return Object.getOwnPropertyDescriptor(rule, 'mapping')?.value !== undefined;
}

/** Returns the problems of a rule, its format apart, that the schema cannot express. @param place where the rule is, e.g. `routes[0]` */
export function ruleProblems(rule: RouteRule, place: string): ConfigProblem[] {
  const ofTopic = (problem: string) =>
    invalid(`${place}.topic`, `${place}: the topic '${rule.topic}' ${problem}`);
  // A mapping may say it; the format `mapped` looks.
  const unsaid = (name: 'site' | 'machine') => () =>
    !hasMapping(rule) && rule[name] === undefined && !rule.topic.includes(`{${name}}`)
      ? [ofTopic(`says no ${name}; put {${name}} into it, or set ${name} beside it`)]
      : [];
  return rules(() => patternProblems(rule.topic).map(ofTopic), unsaid('site'), unsaid('machine'));
}

/** @throws ConfigError */
export async function compileRule(rule: RouteRule, deps?: FormatDeps): Promise<CompiledRule> {
  refuse([...ruleProblems(rule, 'routes'), ...problemsOf(formats, [formatOf(rule, 'routes')])]);
  const { topic, format, site, machine, labels, timeKeys } = rule;
  const storesAgain = rule.retainedAgain === 'store';
  const made = await createPart(formats, { kind: format, config: rule }, deps);
  const decoder = rule.gzip ? unpacking(made) : made;
  const match = compileTopicPattern(topic);
  return { name: nameOf(format, topic), match, decoder, site, machine, labels, timeKeys, storesAgain };
}

/** Puts a mapping of a file in place of its name; the data thread reads no files of the configuration. */
export function withOwnMapping(rule: RouteRule, { mappings }: OwnMappings): RouteRule {
  if (rule.format !== 'mapped' || typeof rule.mapping !== 'string') return rule;
  const own = mappings.get(rule.mapping);
  return own ? { ...rule, mapping: own } : rule;
}

/** Returns what is wrong with a mapping that a route names: it does not exist, or does not fit the route. */
export function namedMappingProblems(rule: RouteRule, place: string, own: OwnMappings): ConfigProblem[] {
  if (rule.format !== 'mapped' || typeof rule.mapping !== 'string' || own.isBroken(rule.mapping)) return [];
  if (own.mappings.has(rule.mapping))
    return problemsOf(formats, [formatOf(withOwnMapping(rule, own), place)]);
  if (readyNames.includes(rule.mapping)) return [];
  const names = [...own.mappings.keys(), ...readyNames];
  const near = nearestName(rule.mapping, names);
  const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean '${near}'?`;
  return [invalid(`${place}.mapping`, `${place}: there is no mapping '${rule.mapping}'; ${hint}`)];
}
