/**
 * Messages with a mapping (gateway/decode/formats/mapped): finds the kind of a message by its topic, parses the payload, and
 * makes readings of what the mapping finds. How mappings are written and applied is in ../../mapping.
 */

import { ToldNames } from '../../../../shared/bounds/told-names.ts';
import { ConfigError, invalid, refuse } from '../../../../shared/config/problem.ts';
import { isDecimal } from '../../../../shared/contract/numbers/number-texts.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type { Decoded, Decoder, DecodeTarget, DecodeTrace, FormatDeps } from '../../../ports/decode.ts';
import { availabilityOf } from '../../availability/availability.ts';
import { type CompiledMessage, compileMapping } from '../../mapping/compile.ts';
import { type Around, evaluate, isOfKind, type MappedItem } from '../../mapping/evaluate.ts';
import { Origins } from '../../mapping/naming/origins.ts';
import { plainName } from '../../mapping/naming/plain-name.ts';
import { nameFrom, type Template, textFrom } from '../../mapping/naming/templates.ts';
import type { Bound } from '../../mapping/paths.ts';
import { boundText } from '../../mapping/paths.ts';
import { readyMapping, readyNames } from '../../mapping/ready/ready.ts';
import { namesInTopic } from '../../mapping/topics.ts';
import { exactMoments, isJsonGroup, parseJson, textOf } from '../../objects/json-text.ts';
import { readingsOf } from '../../objects/readings.ts';
import { roundedInJson } from '../../objects/rounded.ts';
import { json } from '../json/json.ts';
import { number } from '../number/number.ts';
import type { MappedConfig } from './config.ts';
import { MappedFaults, MappedReading } from './reading.ts';

const furtherText =
  'a field is not stored, because the mapping of its route does not name it, and neither are others, which are only counted from here on';
const leftText =
  'a field is not stored: the mapping of its route does not name it; add it under fields, or under leave to say that it is not wanted';
/** Machines of one topic whose last time is remembered. */
const machinesMax = 1_000;

/** @throws ConfigError */
export function createMapped(config: MappedConfig, deps: FormatDeps): MappedDecoder {
  const mapping = typeof config.mapping === 'string' ? readyMapping(config.mapping) : config.mapping;
  if (!mapping) {
    const problem = `there is no mapping '${config.mapping}'; ready ones are ${readyNames.join(', ')}`;
    throw new ConfigError([invalid('routes.mapping', problem)]);
  }
  const { messages, problems } = compileMapping(mapping, 'mapping');
  refuse(problems);
  return new MappedDecoder(messages, mapping.rest !== 'leave', deps?.log);
}

/** Reads messages by a mapping. */
export class MappedDecoder implements Decoder {
  readonly namesMachines = true;
  readonly counts = { left: 0, empty: 0 };
  readonly origins = new Origins();
  private readonly messages: readonly CompiledMessage[];
  private readonly takesRest: boolean;
  private readonly log: Log | undefined;
  private readonly told = new ToldNames();

  constructor(messages: readonly CompiledMessage[], takesRest: boolean, log: Log | undefined) {
    this.messages = messages;
    this.takesRest = takesRest;
    this.log = log;
  }

  ofTopic(topic: string, target: DecodeTarget): { decoder: Decoder; target: DecodeTarget } {
    const kinds = this.messages.flatMap((message): Kind[] => {
      const bound = message.topic ? namesInTopic(message.topic, topic) : null;
      return bound === undefined ? [] : [{ message, bound }];
    });
    const [first] = kinds;
    if (!first && this.takesRest && target.machine !== '') return { decoder: json, target };
    const { text, ...named } = first ? namedBy(first, target) : { ...target, text: '' };
    if (text !== '') this.origins.claim(named.site, named.machine, text);
    if (first?.message.isPlain && named.machine !== '')
      return { decoder: named.sensor === undefined ? json : number, target: named };
    return { decoder: new TopicDecoder(topic, kinds, this), target: named };
  }

  decode(payload: Buffer, target: DecodeTarget, trace?: DecodeTrace): readonly Decoded[] {
    const own = this.ofTopic('', target);
    return own.decoder.decode(payload, own.target, trace);
  }

  /** Counts a field that is left out, and logs it the first time that a topic has it. */
  left(topic: string, path: string): void {
    this.counts.left++;
    if (!this.log) return;
    const of = topic.slice(0, 200);
    // Numbers in names are those of channels and phases: one stands for all.
    const telling = this.told.note(of, path.replace(/\d+/g, '0'));
    if (telling !== 'told')
      this.log.info({ topic: of, field: path.slice(0, 64) }, telling === 'new' ? leftText : furtherText);
  }

  samples() {
    return {
      harbinger_mapping_fields_left_total: [{ value: this.counts.left }],
      harbinger_mapping_messages_empty_total: [{ value: this.counts.empty }],
    };
  }
}

/** A kind of message that one topic may have, and the names that the topic has for it. */
interface Kind {
  message: CompiledMessage;
  bound: Bound | null;
}

/** The names of a topic's messages, as far as the topic tells them, and the text that the machine's was made from. */
function namedBy({ message, bound }: Kind, target: DecodeTarget): DecodeTarget & { text: string } {
  const { site, machine, isPlain } = message;
  const sensor = isPlain ? boundText(bound, 'sensor') : undefined;
  const isByTopic = (templates: readonly Template[] | null) =>
    templates?.every(({ isInMessage }) => !isInMessage) === true;
  const text = isByTopic(machine) ? textFrom(machine!, bound, []) : '';
  return {
    ...target,
    site: (site && isByTopic([site]) && nameFrom(site, bound, [])) || target.site,
    machine: plainName(text) || target.machine,
    ...(sensor !== undefined && { sensor }),
    text,
  };
}

/** Reads the messages of one topic. */
export class TopicDecoder implements Decoder {
  readonly namesMachines = true;
  private readonly topic: string;
  private readonly kinds: readonly Kind[];
  private readonly of: MappedDecoder;
  private readonly lastMs = new Map<string, number>();

  constructor(topic: string, kinds: readonly Kind[], of: MappedDecoder) {
    this.topic = topic;
    this.kinds = kinds;
    this.of = of;
  }

  /** @param trace called with each field, for people who try a mapping */
  decode(payload: Buffer, target: DecodeTarget, trace?: DecodeTrace): readonly Decoded[] {
    const { text, root } = rootOf(payload);
    const kind = this.kinds.find(({ message }) => isOfKind(message, root));
    const decoded = kind ? this.ofKind(kind, payload, text, root, target, trace) : this.unknown();
    if (decoded.length === 0) this.of.counts.empty++;
    return decoded;
  }

  private unknown(): Decoded[] {
    this.of.left(
      this.topic,
      this.kinds.length === 0 ? `the topic ${this.topic}` : 'a message of another kind',
    );
    return [];
  }

  private ofKind(
    { message, bound }: Kind,
    payload: Buffer,
    text: string,
    root: unknown,
    target: DecodeTarget,
    trace?: DecodeTrace,
  ): Decoded[] {
    if (message.skip) return [];
    if (message.availability)
      return [
        { ...this.namesOf(message, bound, root, target), availability: { isOnline: isOnline(payload) } },
      ];
    const around: Around = {
      ...{ site: target.site, machine: target.machine, bound, trace },
      lastMs: (machine) => this.lastMs.get(machine),
      claim: (site, machine, text) => this.of.origins.claim(site, machine, text),
      left: (path) => this.of.left(this.topic, path),
    };
    const decoded = evaluate(message, root, around).flatMap((item) => this.itemOf(item, text, target));
    const rounded = isGroupText(root) ? roundedInJson(text) : [];
    const first = decoded.find((item) => item instanceof MappedReading);
    if (rounded.length > 0 && first) first.rounded = rounded;
    return decoded;
  }

  private itemOf(item: MappedItem, text: string, target: DecodeTarget): Decoded[] {
    const { site, machine, values, refused, time, rest } = item;
    if (time) this.noteTime(`${site}/${machine}`, time.ms);
    if (rest === undefined) {
      if (Object.keys(values).length > 0) return [new MappedReading(item)];
      return refused.length > 0 ? [new MappedFaults(item)] : [];
    }
    return readingsOf(rest, { ...target, site, machine }, exactMoments(text)).map((read, i) => {
      if (!('values' in read) || !read.values) return { ...read, site, machine };
      const all = Object.assign(Object.create(null), read.values, i === 0 && values) as typeof values;
      const both = [...(i === 0 ? refused : []), ...(read.refused ?? [])];
      const moment = time ?? read.deviceTime;
      const made = new MappedReading({
        ...item,
        values: all,
        refused: both,
        time: moment,
        id: item.id ?? read.id,
      });
      if (read.seq !== undefined) made.seq = read.seq;
      return made;
    });
  }

  private namesOf(
    { site: ofSite, machine }: CompiledMessage,
    bound: Bound | null,
    root: unknown,
    target: DecodeTarget,
  ) {
    const site = (ofSite && nameFrom(ofSite, bound, [root])) || target.site;
    const text = machine ? textFrom(machine, bound, [root]) : '';
    const name = plainName(text);
    if (name !== '') this.of.origins.claim(site, name, text);
    return { site, machine: name || target.machine };
  }

  private noteTime(machine: string, ms: number): void {
    if (this.lastMs.size >= machinesMax && !this.lastMs.has(machine)) this.lastMs.clear();
    this.lastMs.set(machine, ms);
  }
}

function isOnline(payload: Buffer): boolean {
  const said = availabilityOf(payload);
  if (said !== null) return said;
  const text = textOf(payload).trim().toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  const problem = `'${text.slice(0, 40)}' does not say whether the device is online: the mapping has availability for this topic`;
  throw new HarbingerError('DECODE_MAPPING', 'decode', problem);
}

const isGroupText = (root: unknown) => typeof root === 'object' && root !== null;

/** Parses a payload: JSON, or one value as a text. @throws HarbingerError DECODE_JSON, DECODE_NAME_TWICE */
function rootOf(payload: Buffer): { text: string; root: unknown } {
  if (isJsonGroup(payload)) {
    const { text, parsed } = parseJson(payload);
    return { text, root: parsed };
  }
  const text = textOf(payload).trim();
  if (text === '' || text === 'null') return { text, root: null };
  if (text === 'true' || text === 'false') return { text, root: text === 'true' };
  if (isDecimal(text)) return { text, root: Number(text) };
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return { text, root: isQuoted ? unquoted(text) : text };
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
