import { type ConfigProblem, invalid, refuse } from '../../shared/config/problem.ts';
import { rules } from '../../shared/config/sound-view.ts';
import { nameOf } from '../../shared/parts/part.ts';
import { createPart, problemsOf } from '../../shared/parts/registry.ts';
import type { Decoder } from '../ports/decode.ts';
import { formatOf, type RouteRule } from './config.ts';
import { formats } from './formats/formats.ts';
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

/** Returns the problems of a rule, its format apart, that the schema cannot express. @param place where the rule is, e.g. `routes[0]` */
export function ruleProblems(rule: RouteRule, place: string): ConfigProblem[] {
  const ofTopic = (problem: string) =>
    invalid(`${place}.topic`, `${place}: the topic '${rule.topic}' ${problem}`);
  const unsaid = (name: 'site' | 'machine') => () =>
    rule[name] === undefined && !rule.topic.includes(`{${name}}`)
      ? [ofTopic(`says no ${name}; put {${name}} into it, or set ${name} beside it`)]
      : [];
  return rules(() => patternProblems(rule.topic).map(ofTopic), unsaid('site'), unsaid('machine'));
}

/** @throws ConfigError */
export async function compileRule(rule: RouteRule): Promise<CompiledRule> {
  refuse([...ruleProblems(rule, 'routes'), ...problemsOf(formats, [formatOf(rule, 'routes')])]);
  const { topic, format, site, machine, labels, timeKeys } = rule;
  const storesAgain = rule.retainedAgain === 'store';
  const decoder = await createPart(formats, { kind: format, config: rule }, undefined);
  const match = compileTopicPattern(topic);
  return { name: nameOf(format, topic), match, decoder, site, machine, labels, timeKeys, storesAgain };
}
