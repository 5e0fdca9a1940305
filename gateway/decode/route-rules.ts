import { type ConfigProblem, invalid, problemsIn, refuse } from '../../shared/config/problem.ts';
import { nameOf } from '../../shared/parts/part.ts';
import { createPart, problemsOf } from '../../shared/parts/registry.ts';
import type { Decoder } from '../ports/decode.ts';
import type { RouteRule } from './config.ts';
import { formats } from './formats/formats.ts';
import { compileTopicPattern, type TopicMatch } from './topic-pattern.ts';

/** A rule of the configuration, ready for use. */
export interface CompiledRule {
  /** The name of its decoder in reports: format and topic. */
  name: string;
  match: (topic: string) => TopicMatch | null;
  decoder: Decoder;
  site: string | undefined;
  machine: string | undefined;
}

/** Returns the problems of a rule that the schema cannot express. @param place where the rule is, e.g. `routes[0]` */
export function ruleProblems(rule: RouteRule, place: string): ConfigProblem[] {
  const { topic, format, site, machine } = rule;
  const unsaid = Object.entries({ site, machine }).filter(
    ([name, given]) => given === undefined && !topic.includes(`{${name}}`),
  );
  return [
    ...problemsIn(place, () => compileTopicPattern(topic)),
    ...unsaid.map(([name]) =>
      invalid(
        place,
        `routes: topic '${topic}': it says no ${name}: put {${name}} into it, or set ${name} beside it`,
      ),
    ),
    ...problemsOf(formats, [{ kind: format, config: rule, place }]),
  ];
}

/** @throws ConfigError */
export async function compileRule(rule: RouteRule): Promise<CompiledRule> {
  refuse(ruleProblems(rule, 'routes'));
  const { topic, format, site, machine } = rule;
  const decoder = await createPart(formats, { kind: format, config: rule }, undefined);
  return { name: nameOf(format, topic), match: compileTopicPattern(topic), decoder, site, machine };
}
