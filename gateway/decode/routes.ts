import type { MachineType } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Decoder, DecodeTarget } from '../ports/decode.ts';
import type { DecodeConfig, RouteRule } from './config.ts';
import { newTopicLayouts, type TopicLayouts } from './fast-json/layouts.ts';
import { csv, csvFormat } from './formats/csv/csv.ts';
import { decoderFor, formats } from './formats/formats.ts';
import type { MachineSchema } from './machines/machine-schema.ts';
import { Machines } from './machines/machines.ts';
import { compileTopicPattern } from './topic-pattern.ts';

const lifecycleFormat = 'lifecycle';
/** Topics remembered for each machine that there may be. */
const topicsPerMachine = 4;

/** How the messages of one topic are read. Worked out once a topic. */
export interface Route {
  /** Null for lifecycle messages. */
  decoder: Decoder | null;
  target: DecodeTarget;
  schema: MachineSchema;
  /** Null where the format has no fixed layouts. */
  layouts: TopicLayouts | null;
}

/** Topic → route by the configured rules, first match first. Known topics are remembered, up to a bound. */
export class Routes {
  private readonly machines: Machines;
  private readonly rules: {
    match: ReturnType<typeof compileTopicPattern>;
    rule: RouteRule;
    decoder: Decoder | null;
  }[];
  private readonly known = new Map<string, Route>();
  private readonly topicsMax: number;

  /** @throws HarbingerError CONFIG_INVALID */
  constructor(rules: RouteRule[], machines: Machines, topicsMax: number) {
    this.machines = machines;
    this.topicsMax = topicsMax;
    this.rules = rules.map((rule) => ({
      match: compileTopicPattern(rule.topic),
      rule,
      decoder: decoderOf(rule),
    }));
  }

  /** @throws HarbingerError TOPIC_UNROUTED, MACHINE_* */
  find(topic: string): Route {
    const known = this.known.get(topic);
    if (known) return known;
    const route = this.resolve(topic);
    if (this.known.size >= this.topicsMax) this.known.clear();
    this.known.set(topic, route);
    return route;
  }

  private resolve(topic: string): Route {
    for (const { match, rule, decoder } of this.rules) {
      const found = match(topic);
      if (!found) continue;
      const site = found.site ?? rule.site ?? '';
      const machine = found.machine ?? rule.machine ?? '';
      const target: DecodeTarget = { site, machine };
      if (found.sensor !== undefined) target.sensor = found.sensor;
      const layouts = decoder?.isFastJson ? newTopicLayouts() : null;
      return { decoder, target, schema: this.machines.find(site, machine), layouts };
    }
    throw new HarbingerError(
      'TOPIC_UNROUTED',
      'decode',
      `no route takes topic '${topic.slice(0, 200)}'; add one under [[routes]]`,
    );
  }
}

/**
 * The machines and routes of a configuration, checked against each other.
 * @throws HarbingerError CONFIG_INVALID, MACHINE_TYPE_UNKNOWN
 */
export function createRoutes(
  { gateway, routes, machines: rules, unknownMachines, machinesMax }: DecodeConfig & { gateway: string },
  types: ReadonlyMap<string, MachineType>,
): { machines: Machines; routes: Routes } {
  const unknown = unknownMachines === 'dead-letter' ? 'dead-letter' : { type: unknownMachines };
  const machines = new Machines({ gateway, types, rules, unknown, machinesMax });
  return { machines, routes: new Routes(routes, machines, machinesMax * topicsPerMachine) };
}

function decoderOf({ topic, format, site, machine, columns }: RouteRule): Decoder | null {
  const invalid = (problem: string) =>
    new HarbingerError('CONFIG_INVALID', 'config', `routes: topic '${topic}': ${problem}`);
  for (const [name, given] of Object.entries({ site, machine })) {
    if (given === undefined && !topic.includes(`{${name}}`))
      throw invalid(`it says no ${name}: put {${name}} into it, or set ${name} beside it`);
  }
  if ((format === csvFormat) !== (columns !== undefined))
    throw invalid(
      "format 'csv' needs columns, the names of a line's values in their order; no other format has them",
    );
  if (columns) return csv(columns);
  if (format === lifecycleFormat) return null;
  if (!formats.includes(format))
    throw invalid(
      `there is no format '${format}' (there are: ${[...formats, csvFormat, lifecycleFormat].join(', ')})`,
    );
  return decoderFor(format);
}
