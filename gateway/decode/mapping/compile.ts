import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { type ValueRules, valueRules } from './convert.ts';
import { namesIn, type Template, templateOf } from './naming/templates.ts';
import { type Level, levelsOf, PathNode, type PlainPath, plainPath } from './paths.ts';
import type { FieldMapping, Mapping, MessageMapping } from './schema.ts';
import { type TimeReader, timeReader } from './times/time-formats.ts';
import { type TopicLevels, topicLevels } from './topics.ts';

/** Where a time is, and what reads it. */
export interface CompiledTime {
  paths: readonly PlainPath[];
  read: TimeReader;
}

/** A field, ready for use. */
export interface CompiledField {
  sensor: Template;
  machine: Template | null;
  /** Names of the value in an object; empty for a plain value. */
  inObject: readonly PlainPath[];
  unitFrom: PlainPath | null;
  /** Where the object has a time of its own; null if it has none. */
  time: CompiledTime | null;
  rules: ValueRules;
}

/** A kind of message, ready for use. */
export interface CompiledMessage {
  topic: TopicLevels | null;
  where: readonly { path: PlainPath; text: string }[];
  /** Paths of which the message must have one; empty for any message. */
  has: readonly PlainPath[];
  skip: boolean;
  availability: boolean;
  site: Template | null;
  /** The first decides of which all parts are there; null where the mapping does not say the machine. */
  machine: readonly Template[] | null;
  each: readonly Level[] | null;
  time: CompiledTime | null;
  id: readonly PlainPath[];
  /** The fields of an item, by their paths. */
  tree: PathNode<CompiledField>;
  /** Paths outside of the items that are left out. */
  outside: PathNode<CompiledField>;
  takesRest: boolean;
  /** True if the payload is read as without a mapping, and only the topic says something. */
  isPlain: boolean;
}

/** Reports what is wrong with a part of a mapping, by its key in it. */
type Report = (key: string, problem: string) => void;

const many = (path: string | readonly string[] | undefined): readonly string[] =>
  path === undefined ? [] : typeof path === 'string' ? [path] : path;

/** @param place the key of the mapping in the configuration, such as `routes[0].mapping` @returns also what is wrong with it */
export function compileMapping(mapping: Mapping, place: string) {
  const problems: ConfigProblem[] = [];
  const { messages, about: _, topics: __, zone, ...shared } = mapping;
  const at = (key: string) => (place === '' ? key.slice(1) : `${place}${key}`);
  const each = (messages ?? [{}]).map((own, i) => {
    const key = messages ? `.messages[${i}]` : '';
    const report: Report = (name, problem) =>
      problems.push(invalid(at(key + name), `${at(key + name) || 'it'} ${problem}`));
    return compileMessage(inherited(own, shared), zone, report);
  });
  return { messages: each, problems };
}

/** A kind of message has what the mapping says for all, where it says nothing itself; paths to leave are added. */
function inherited(own: MessageMapping, shared: Partial<MessageMapping>): MessageMapping {
  const leave = [...(shared.leave ?? []), ...(own.leave ?? [])];
  const fields = [...(own.fields ?? []), ...(shared.fields ?? [])];
  return { ...shared, ...own, ...(leave.length > 0 && { leave }), ...(fields.length > 0 && { fields }) };
}

function compileMessage(message: MessageMapping, zone: string | undefined, report: Report): CompiledMessage {
  const attempt = <T>(key: string, work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report(key, `${error.message}`);
      return null;
    }
  };
  const {
    where = {},
    time,
    skip = false,
    availability = false,
    fields = [],
    leave = [],
    rest = 'take',
  } = message;
  const topic = message.topic === undefined ? null : attempt('.topic', () => topicLevels(message.topic!));
  const each = message.each === undefined ? null : attempt('.each', () => levelsOf(message.each!));
  const names = new Set([...(topic?.names ?? []), ...namesOf(each ?? [])]);
  const template = (key: string, text: string | undefined, more: readonly string[] = []): Template | null =>
    text === undefined ? null : attempt(key, () => checkedTemplate(text, [...names, ...more]));
  const templates = (key: string, texts: string | string[] | undefined): readonly Template[] | null => {
    const made = many(texts).flatMap((text) => template(key, text) ?? []);
    return made.length === 0 ? null : made;
  };
  const plainPaths = (key: string, paths: string | string[] | undefined) =>
    many(paths).flatMap((path) => attempt(key, () => [plainPath(path)]) ?? []);
  const compiled: CompiledMessage = {
    ...{ topic, skip, availability, each },
    where: Object.entries(where).flatMap(
      ([path, text]) => attempt('.where', () => [{ path: plainPath(path), text: String(text) }]) ?? [],
    ),
    site: template('.site', message.site ?? (names.has('site') ? '{site}' : undefined)),
    has: plainPaths('.has', message.has),
    machine: templates('.machine', message.machine ?? (names.has('machine') ? '{machine}' : undefined)),
    time: time
      ? attempt('.time', () => ({
          paths: many(time.path).map(plainPath),
          read: timeReader(time.format, time.zone ?? zone),
        }))
      : null,
    id: plainPaths('.id', message.id),
    tree: new PathNode(),
    outside: new PathNode(),
    takesRest: rest === 'take',
    isPlain: false,
  };
  const read = compiled.time?.read ?? timeReader('iso', undefined);
  for (const [order, field] of fields.entries()) {
    const key = `.fields[${order}]`;
    for (const path of many(field.path)) {
      const levels = attempt(`${key}.path`, () => levelsOf(path));
      if (!levels) continue;
      const made = attempt(key, () =>
        compileField(field, path, levels, read, (name, text) =>
          template(`${key}.${name}`, text, namesOf(levels)),
        ),
      );
      const node = compiled.tree.at(levels);
      if (made) node.field ??= { order, field: made };
    }
  }
  const used = [...(compiled.time?.paths ?? []), ...compiled.id, ...compiled.where.map(({ path }) => path)];
  if (each) compiled.outside.at(each).isLeft = true;
  for (const tree of [compiled.tree, compiled.outside]) {
    for (const path of used) tree.at(path.map(literal)).isLeft = true;
    for (const path of leave) {
      const levels = attempt('.leave', () => levelsOf(path));
      if (levels) tree.at(levels).isLeft = true;
    }
  }
  const says = [
    time,
    message.id,
    message.each,
    skip || undefined,
    availability || undefined,
    message.where,
    message.has,
    fields[0],
    leave[0],
  ];
  compiled.isPlain =
    rest === 'take' &&
    says.every((one) => one === undefined) &&
    zone === undefined &&
    !compiled.machine?.some(({ isInMessage }) => isInMessage) &&
    !compiled.site?.isInMessage;
  return compiled;
}

const literal = (text: string): Level => ({ literal: text, prefix: '', suffix: '', name: null });

function namesOf(levels: readonly Level[]): string[] {
  return levels.flatMap(({ name }) => (name === null ? [] : [name]));
}

function checkedTemplate(text: string, names: readonly string[]): Template {
  const made = templateOf(text);
  const unknown = namesIn(made).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new RangeError(
      `has {${unknown}}, which no level is named by: there ${names.length === 0 ? 'are none' : `are {${names.join('}, {')}}`}`,
    );
  return made;
}

function compileField(
  field: FieldMapping,
  path: string,
  levels: readonly Level[],
  read: TimeReader,
  template: (key: string, text: string | undefined) => Template | null,
): CompiledField | null {
  const sensor = template('sensor', field.sensor ?? ownName(path, levels));
  return (
    sensor && {
      sensor,
      machine: template('machine', field.machine),
      inObject: many(field.value).map(plainPath),
      time: field.time === undefined ? null : { paths: many(field.time).map(plainPath), read },
      unitFrom: field.unitFrom === undefined ? null : plainPath(field.unitFrom),
      rules: valueRules(field),
    }
  );
}

function ownName(path: string, levels: readonly Level[]): string {
  if (levels.length === 0) throw new RangeError('has the path of the whole payload, and no sensor: name it');
  if (levels.some(({ literal: text, name }) => text === null && name === null))
    throw new RangeError(`has a * in its path '${path}', and no sensor: name it, or write {name}`);
  return levels.map((level) => level.literal ?? `${level.prefix}{${level.name}}${level.suffix}`).join('_');
}
