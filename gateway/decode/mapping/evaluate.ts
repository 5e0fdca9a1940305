import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodeTrace, RefusedValue } from '../../ports/decode.ts';
import type { Moment } from '../device-time.ts';
import { badQuality } from '../objects/fields.ts';
import { messageLimits, tooMany, ValueCount } from '../objects/message-limits.ts';
import { isBadQuality } from '../values.ts';
import type { CompiledField, CompiledMessage, CompiledTime } from './compile.ts';
import { storedValue } from './convert.ts';
import { itemsOf, joined } from './items.ts';
import { plainName } from './naming/plain-name.ts';
import { nameFrom, type Template, textFrom } from './naming/templates.ts';
import { type Bound, firstAt, fits, isGroup, type PathNode, valueAt } from './paths.ts';

/** The values of one machine in one item of a message. */
export interface MappedItem {
  site: string;
  machine: string;
  values: Record<string, unknown>;
  refused: RefusedValue[];
  time: Moment | undefined;
  id: string | undefined;
  /** The part of the item that is not mapped, to be read as without a mapping; undefined if there is none. */
  rest: unknown;
}

/** The names that hold where a mapping says nothing, and the time of the machine's reading before. */
export interface Around {
  site: string;
  machine: string;
  bound: Bound | null;
  lastMs(machine: string): number | undefined;
  /** Called with the text from which a machine's name was made. @throws HarbingerError DECODE_NAME_TWICE */
  claim?(site: string, machine: string, text: string): void;
  /** Called for each field that is left out because nothing is known of it. */
  left(path: string): void;
  trace?: DecodeTrace | undefined;
}

type Active = { node: PathNode<CompiledField>; bound: Bound | null };

/** True if a message is of a kind. */
export function isOfKind({ where, has }: CompiledMessage, root: unknown): boolean {
  if (has.length > 0 && firstAt([root], has) === undefined) return false;
  return where.every(({ path, text }) => String(valueAt(root, path)) === text);
}

/**
 * Applies a mapping to the parsed payload of a message, in one walk over it.
 * @throws HarbingerError DECODE_TOO_MANY, DECODE_TOO_LONG, DECODE_TIME, DECODE_MAPPING
 */
export function evaluate(message: CompiledMessage, root: unknown, around: Around): MappedItem[] {
  const count = new ValueCount();
  if (!message.each) return new ItemWalk(message, root, root, around, count).items(around.bound);
  const items = itemsOf(root, message.each, around.bound);
  if (items.length > messageLimits.readings) throw tooMany(`${messageLimits.readings} readings`);
  new ItemWalk({ ...message, tree: message.outside }, root, root, around, count).leaveAll();
  return items.flatMap(({ item, bound, path }) =>
    new ItemWalk(message, item, root, around, count, path).items(bound),
  );
}

const nothing: readonly Active[] = [];

class ItemWalk {
  private readonly message: CompiledMessage;
  private readonly item: unknown;
  private readonly root: unknown;
  private readonly around: Around;
  private readonly count: ValueCount;
  private readonly place: string;
  private readonly byMachineAndTime = new Map<string, MappedItem>();
  private site = '';
  private machine = '';
  private found = 0;
  private hasTime = false;

  constructor(
    message: CompiledMessage,
    item: unknown,
    root: unknown,
    around: Around,
    count: ValueCount,
    place = '',
  ) {
    this.message = message;
    this.item = item;
    this.root = root;
    this.around = around;
    this.count = count;
    this.place = place;
  }

  items(bound: Bound | null): MappedItem[] {
    const { message, around } = this;
    const roots = [this.item, this.root];
    this.site = (message.site && nameFrom(message.site, bound, roots)) || around.site;
    this.machine = this.machineFrom(message.machine, bound, roots) || around.machine;
    this.hasTime = message.time !== null && firstAt(roots, message.time.paths) !== undefined;
    const rest = this.walk(this.item, [{ node: message.tree, bound }], this.place, 0);
    if (rest !== undefined && message.takesRest) this.of(this.machine).rest = rest;
    const id = firstAt(roots, message.id);
    for (const item of this.byMachineAndTime.values()) {
      if (item.time) continue;
      item.time = this.time(roots, item.machine);
      if (typeof id === 'string' && id.length <= 128) item.id = id;
    }
    return [...this.byMachineAndTime.values()];
  }

  /** Counts what nothing is known of, and takes nothing. */
  leaveAll(): void {
    const node = this.message.tree;
    const rest = this.walk(this.item, [{ node, bound: null }], '', 0);
    if (this.message.takesRest && rest !== undefined) this.leave('', rest, 0);
  }

  private time(
    roots: readonly unknown[],
    machine: string,
    time: CompiledTime | null = this.message.time,
  ): Moment | undefined {
    const value = time ? firstAt(roots, time.paths) : undefined;
    if (!time || value === undefined) return undefined;
    const read = time.read(value, this.around.lastMs(`${this.site}/${machine}`));
    if (read) return read;
    const at = time.paths.map((path) => path.join('.')).join(' or ');
    const shown = JSON.stringify(value)?.slice(0, 40);
    throw new HarbingerError('DECODE_TIME', 'decode', `'${at}' is not a time as the mapping says: ${shown}`);
  }

  /**
   * Takes the fields of a value, and returns what is left of it. Below what the mapping leaves out, only fields that it
   * names are taken.
   */
  private walk(
    value: unknown,
    actives: readonly Active[],
    path: string,
    depth: number,
    isLeft = false,
  ): unknown {
    const isLeftHere = actives.some(({ node }) => node.isLeft);
    const taken = isLeftHere ? null : this.fieldOf(actives, value);
    if (taken) {
      this.take(taken.field, taken.bound, value, path);
      return undefined;
    }
    const isQuiet = isLeft || isLeftHere;
    if (!isGroup(value) || depth >= messageLimits.groupDepth || actives.length === 0)
      return isQuiet ? this.leaveOut(path) : this.rest(value, path);
    let rest: Record<string, unknown> | undefined;
    for (const key in value) {
      const left = this.walk(value[key], this.next(actives, key), joined(path, key), depth + 1, isQuiet);
      if (left === undefined) continue;
      rest ??= Object.create(null) as Record<string, unknown>;
      rest[key] = left;
    }
    return rest;
  }

  private leaveOut(path: string): undefined {
    this.around.trace?.(path, { why: 'the mapping leaves it out, or uses it otherwise' });
    return undefined;
  }

  private next(actives: readonly Active[], key: string): readonly Active[] {
    if (actives.length === 0) return nothing;
    const next: Active[] = [];
    for (const { node, bound } of actives) {
      const same = node.literals.get(key);
      if (same) next.push({ node: same, bound });
      for (const { level, node: fitting } of node.patterns) {
        const text = fits(level, key);
        if (text === null) continue;
        const inner = level.name === null ? bound : { name: level.name, text, next: bound };
        next.push({ node: fitting, bound: inner });
      }
    }
    return next;
  }

  /** The first field, in the order of the mapping, that takes a value. */
  private fieldOf(
    actives: readonly Active[],
    value: unknown,
  ): { field: CompiledField; bound: Bound | null } | null {
    let best: { order: number; field: CompiledField; bound: Bound | null } | null = null;
    for (const { node, bound } of actives) {
      if (!node.field || (best && node.field.order >= best.order)) continue;
      const { inObject } = node.field.field;
      const isTaken = isGroup(value) ? inObject.some((path) => valueAt(value, path) !== undefined) : true;
      if (isTaken) best = { ...node.field, bound };
    }
    return best;
  }

  private rest(value: unknown, path: string): unknown {
    if (this.message.takesRest) return value;
    this.leave(path, value, 0);
    return undefined;
  }

  private leave(path: string, value: unknown, depth: number): void {
    if (isGroup(value) && !Array.isArray(value) && depth < messageLimits.groupDepth) {
      for (const key in value) this.leave(joined(path, key), value[key], depth + 1);
      return;
    }
    this.around.left(path);
    this.around.trace?.(path, { why: 'the mapping does not name it' });
  }

  private take(
    { sensor, machine, inObject, unitFrom, time, rules }: CompiledField,
    bound: Bound | null,
    value: unknown,
    path: string,
  ): void {
    const roots = [this.item, this.root];
    const name = nameFrom(sensor, bound, roots);
    this.count.add(name, ++this.found);
    this.count.check();
    const of = this.machineFrom(machine && [machine], bound, roots) || this.machine;
    const item = this.of(
      of,
      time && !this.hasTime && isGroup(value) ? this.time([value], of, time) : undefined,
    );
    const sent = isGroup(value) ? firstAt([value], inObject) : value;
    if (isGroup(value) && isBadQuality(value))
      return void item.refused.push({ name, value: sent, error: badQuality(name) });
    try {
      const stored = storedValue(rules, name, sent, unitFrom ? firstAt(roots, [unitFrom]) : undefined);
      this.around.trace?.(
        path,
        stored === null ? { why: 'it says that there is no value' } : { sensor: name },
      );
      if (stored === null || isGroup(stored)) return;
      if (!(name in item.values)) item.values[name] = stored;
      else if (item.values[name] !== stored) item.refused.push({ name, value: stored, error: twice(name) });
    } catch (error) {
      if (!(error instanceof HarbingerError)) throw error;
      item.refused.push({ name, value: sent, error });
    }
  }

  private machineFrom(
    templates: readonly Template[] | null,
    bound: Bound | null,
    roots: readonly unknown[],
  ): string {
    if (!templates) return '';
    const text = textFrom(templates, bound, roots);
    const machine = plainName(text);
    if (machine !== '') this.around.claim?.(this.site, machine, text);
    return machine;
  }

  /** @param time that of the values, if it is not that of the message */
  private of(machine: string, time?: Moment): MappedItem {
    const key = time ? `${machine} ${time.ms} ${time.ns}` : machine;
    const known = this.byMachineAndTime.get(key);
    if (known) return known;
    if (machine === '' || this.site === '')
      throw new HarbingerError(
        'DECODE_MAPPING',
        'decode',
        `the message names no ${machine === '' ? 'machine' : 'site'}: the mapping looks for it where the message has nothing`,
      );
    const values = Object.create(null) as Record<string, unknown>;
    const made: MappedItem = {
      site: this.site,
      machine,
      values,
      refused: [],
      time,
      id: undefined,
      rest: undefined,
    };
    this.byMachineAndTime.set(key, made);
    return made;
  }
}

function twice(name: string): HarbingerError {
  const problem = `two fields of one message are the sensor '${name.slice(0, 64)}': name one of them otherwise in the mapping`;
  return new HarbingerError('DECODE_NAME_TWICE', 'decode', problem);
}
