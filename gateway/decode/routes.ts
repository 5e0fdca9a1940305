/**
 * Decoding (gateway/decode): from topic and payload to a checked row of a known machine. This file finds a message's
 * format and machine; formats/ parses payloads, contract.ts checks values, identity/ and blocks/ follow. It runs in
 * the data thread for each message: it does no I/O, allocates little, and bounds what a message can cost.
 */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { RunningPart } from '../../shared/parts/seam.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Decoded, Decoder, DecodeTarget, FormatDeps } from '../ports/decode.ts';
import type { MachineOrSensor } from '../ports/retiring.ts';
import type { RawMessage } from '../ports/source.ts';
import type { DecodeConfig } from './config.ts';
import { newTopicLayouts, type TopicLayouts } from './fast-json/layouts.ts';
import type { DeclaredMachines } from './machines/declared.ts';
import type { MachineSchema } from './machines/machine-schema.ts';
import { createMachines, type Machines, type MachinesOptions } from './machines/machines.ts';
import { UnknownMachine, type UnknownRoute } from './machines/unknown-machine.ts';
import { messageLimits, tooLong } from './objects/message-limits.ts';
import { type CompiledRule, compileRule } from './route-rules.ts';
import { typedReadings } from './typed/decoder.ts';

/** Limit of remembered topics, per possible machine. */
const topicsPerMachine = 4;
/** Limit of the characters of remembered topics. */
const topicCharsMax = 1 << 25;
/** Characters in the name of a sensor, as in every identifier. */
const sensorLengthMax = 64;

/** The sender of a message. */
type Sender = Pick<RawMessage, 'user' | 'client'>;

/** The decoding of the messages of one topic, determined once per topic. */
export interface Route {
  decoder: Decoder;
  target: DecodeTarget;
  /** The machine that the topic names; null if the readings name theirs. */
  schema: MachineSchema | null;
  /** Null if the format has no fixed layouts. */
  layouts: TopicLayouts | null;
  /** A retained message that comes again is stored again. */
  storesAgain: boolean;
}

/**
 * Finds the route of a topic by the configured rules; the first match applies. Known topics are remembered, up to a
 * limit.
 */
export class Routes {
  /** That of readings which a source hands in: they name their machines themselves. */
  readonly typed: Route = {
    decoder: typedReadings,
    target: { site: '', machine: '' },
    schema: null,
    layouts: null,
    storesAgain: false,
  };
  private readonly machines: Machines;
  private readonly rules: readonly CompiledRule[];
  private readonly byTopic = new Map<string, Route>();
  private readonly topicsMax: number;
  private knownChars = 0;

  constructor(rules: readonly CompiledRule[], machines: Machines, topicsMax: number) {
    this.rules = rules;
    this.machines = machines;
    this.topicsMax = topicsMax;
  }

  /** Returns the route of a topic whose messages came before. */
  known(topic: string): Route | undefined {
    return this.byTopic.get(topic);
  }

  /** @throws HarbingerError TOPIC_UNROUTED, DECODE_TOO_LONG, MACHINE_* */
  find(topic: string, sender: Sender): Route {
    const known = this.byTopic.get(topic);
    if (known) return known;
    const route = this.resolve(topic, sender);
    if (this.byTopic.size >= this.topicsMax || this.knownChars >= topicCharsMax) {
      this.byTopic.clear();
      this.knownChars = 0;
    }
    this.byTopic.set(topic, route);
    this.knownChars += topic.length;
    return route;
  }

  /** Returns the machine that an item of a message belongs to. @throws HarbingerError MACHINE_* */
  machineOf({ schema, target }: Route, { site, machine }: Decoded, sender: Sender): MachineSchema {
    if (schema && site === undefined && machine === undefined) return schema;
    return this.machines.find(site ?? target.site, machine ?? target.machine, ownerOf(sender));
  }

  /** An unknown machine is told with the way in which its message would be read. */
  private machineFor(own: UnknownRoute, sender: Sender): MachineSchema {
    const { site, machine } = own.target;
    try {
      return this.machines.find(site, machine, ownerOf(sender));
    } catch (error) {
      if (error instanceof UnknownMachine) error.route = own;
      throw error;
    }
  }

  /** Forgets the topics of machines that are not known any more. */
  forget(machines: ReadonlySet<MachineSchema>): void {
    for (const [topic, { schema }] of this.byTopic)
      if (schema && machines.has(schema)) {
        this.byTopic.delete(topic);
        this.knownChars -= topic.length;
      }
  }

  /** Returns the machine and the sensor that a topic names by itself; null if no route takes it. */
  namesIn(topic: string): MachineOrSensor | null {
    for (const { match, ...rule } of this.rules) {
      const found = match(topic);
      if (!found) continue;
      const names = { site: found.site ?? rule.site ?? '', machine: found.machine ?? rule.machine ?? '' };
      const target = { ...names, ...(found.sensor !== undefined && { sensor: found.sensor }) };
      const { site, machine, sensor } = rule.decoder.ofTopic?.(topic, target).target ?? target;
      return { site, machine, ...(sensor !== undefined && { sensor }) };
    }
    return null;
  }

  private resolve(topic: string, sender: Sender): Route {
    const { topicLength } = messageLimits;
    if (topic.length > topicLength) throw tooLong('topic', topic, topicLength);
    for (const { match, ...rule } of this.rules) {
      const found = match(topic);
      if (!found) continue;
      const site = found.site ?? rule.site ?? '';
      const machine = found.machine ?? rule.machine ?? '';
      const target: DecodeTarget = { site, machine };
      if (found.sensor !== undefined) target.sensor = found.sensor;
      const isPlain = !rule.labels && !rule.timeKeys;
      if (rule.labels) target.labels = rule.labels;
      if (rule.timeKeys) target.timeKeys = rule.timeKeys;
      const own = rule.decoder.ofTopic?.(topic, target) ?? { decoder: rule.decoder, target };
      const { sensor } = own.target;
      // Before the machine begins to count: of such a sensor nothing can ever be stored.
      if (sensor !== undefined && sensor.length > sensorLengthMax)
        throw tooLong('name of a sensor in a topic', sensor, sensorLengthMax);
      const schema = own.decoder.namesMachines ? null : this.machineFor(own, sender);
      const layouts = schema && own.decoder.isFastJson && isPlain ? newTopicLayouts() : null;
      return { ...own, schema, layouts, storesAgain: rule.storesAgain === true };
    }
    throw new HarbingerError(
      'TOPIC_UNROUTED',
      'decode',
      `no route takes topic '${topic.slice(0, 200)}'; add one under [[routes]]`,
    );
  }
}

/** Machines belong to the user who sends their readings, and without users to the client or serial port. */
function ownerOf({ user, client }: Sender): string {
  return user ?? client;
}

export interface Routing {
  machines: Machines;
  routes: Routes;
  /** The decoders of all routes, by the names `format/topic`. */
  decoders: readonly RunningPart[];
}

/**
 * Creates the machines and routes of a configuration, checked against each other. @throws HarbingerError
 * CONFIG_INVALID, MACHINE_TYPE_UNKNOWN
 */
export async function createRoutes(
  config: DecodeConfig & { gateway: string },
  types: ReadonlyMap<string, MachineType>,
  refused?: MachinesOptions['refused'],
  deps?: FormatDeps,
  declared?: DeclaredMachines,
): Promise<Routing> {
  const machines = createMachines(config, types, refused, declared);
  const rules = await Promise.all(config.routes.map((rule) => compileRule(rule, deps)));
  const routes = new Routes(rules, machines, config.machinesMax * topicsPerMachine);
  const decoders = rules.map(({ name, decoder }) => ({ name, made: decoder }));
  return { machines, routes, decoders };
}
