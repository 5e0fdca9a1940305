import { type Token, Tokenizer, Type } from 'cborg';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { messageLimits, ValueCount } from '../../objects/message-limits.ts';
import { isTimeName } from '../../objects/time-names.ts';
import { taggedValue } from './tags.ts';

/** Readings are never nested this deep. Without a bound, a message could exhaust the stack. */
const depthMax = messageLimits.itemDepth;
const options = { allowBigInt: true, allowIndefinite: true, retainStringBytes: true };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const stop = Symbol('break');

/**
 * Parses the single item of a payload into values that JSON has too, as RFC 8949, 6.1 advises: byte strings become
 * base64url texts, `undefined` and other simple values null, integer keys texts. Integers that a double does not hold
 * exactly are rounded; under a name that times have, they become texts of their digits. @throws HarbingerError
 * DECODE_CBOR for what is cut, malformed, nested deeper than 32 levels, followed by further bytes, or a map with the
 * same key twice, or a text that is not UTF-8; DECODE_TOO_MANY for more than 65,536 items
 */
export function parseCbor(payload: Uint8Array, rounded: string[] = []): unknown {
  const reader = new ItemReader(payload, rounded);
  const item = reader.item(0);
  if (item === stop) throw unreadable('it starts with a break');
  reader.end();
  return jsonValue(item);
}

/** Reads items from the tokens that cborg finds. Strings in chunks and further simple values, which it lacks, are read here. */
class ItemReader {
  private rest: Uint8Array;
  private tokens: Tokenizer;
  private readonly rounded: string[];
  private readonly count = new ValueCount();

  /** @param rounded gets the names of integers that a double does not hold */
  constructor(bytes: Uint8Array, rounded: string[]) {
    this.rounded = rounded;
    this.rest = bytes;
    this.tokens = new Tokenizer(bytes, options);
  }

  /** Returns the next item, or `stop` at the end of the list, map or string around it. */
  item(depth: number): unknown {
    if (depth > depthMax) throw unreadable(`it is nested deeper than ${depthMax} levels`);
    this.count.addItem();
    const first = this.rest[this.tokens.pos()];
    if (first === 0x5f || first === 0x7f) return this.chunks(first);
    if (first !== undefined && isSimple(first)) return this.simple(first);
    const { type, value } = this.token();
    if (type.terminal) return Type.equals(type, Type.break) ? stop : (value ?? null);
    if (Type.equals(type, Type.array)) return this.list(value, depth + 1);
    if (Type.equals(type, Type.map)) return this.map(value, depth + 1);
    return this.tagged(value, depth + 1);
  }

  /** @throws HarbingerError DECODE_CBOR if further bytes follow */
  end(): void {
    const left = this.rest.length - this.tokens.pos();
    if (left > 0) throw unreadable(`${left} bytes follow the item: send one item in a message`);
  }

  private token(): Token {
    if (this.tokens.done()) throw unreadable('it ends too early');
    let token: Token;
    try {
      token = this.tokens.next();
    } catch (error) {
      throw unreadable(messageOf(error).replace(/^CBOR decode error: /, ''));
    }
    // cborg replaces wrong bytes and leaves out a byte-order mark, so that two names could become one.
    if (Type.equals(token.type, Type.string) && token.byteValue) token.value = textOf(token.byteValue);
    return token;
  }

  /** Continues behind bytes that cborg cannot read. */
  private skip(count: number): void {
    this.rest = this.rest.subarray(this.tokens.pos() + count);
    this.tokens = new Tokenizer(this.rest, options);
  }

  private list(count: number, depth: number): unknown[] {
    const list: unknown[] = [];
    while (list.length < count) {
      const item = this.item(depth);
      if (item === stop && count === Number.POSITIVE_INFINITY) break;
      list.push(jsonValue(whole(item)));
    }
    return list;
  }

  private map(count: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = this.item(depth);
      if (key === stop && count === Number.POSITIVE_INFINITY) break;
      const name = nameOf(whole(key));
      if (Object.hasOwn(map, name)) throw unreadable(`the key '${name.slice(0, 40)}' comes twice in a map`);
      const value = whole(this.item(depth));
      if (
        typeof value === 'bigint' &&
        !isTimeName(name) &&
        this.rounded.length < 20 &&
        BigInt(Number(value)) !== value
      )
        this.rounded.push(name);
      const kept = typeof value === 'bigint' && isTimeName(name) ? String(value) : jsonValue(value);
      // An assignment to the key `__proto__` would set the prototype.
      if (name === '__proto__') Object.defineProperty(map, name, { value: kept, enumerable: true });
      else map[name] = kept;
    }
    return map;
  }

  private tagged(tag: number | bigint, depth: number): unknown {
    const content = whole(this.item(depth));
    const value = taggedValue(tag, content);
    if (value === undefined) throw unreadable(`the content of tag ${tag} is not what the tag stands for`);
    return value;
  }

  private chunks(first: 0x5f | 0x7f): unknown {
    const type = first === 0x5f ? Type.bytes : Type.string;
    this.skip(1);
    const parts: (string | Uint8Array)[] = [];
    for (;;) {
      const token = this.token();
      this.count.addItem();
      if (Type.equals(token.type, Type.break)) break;
      if (!Type.equals(token.type, type)) throw unreadable('a string has a chunk of another type');
      parts.push(token.value);
    }
    return first === 0x7f ? parts.join('') : new Uint8Array(Buffer.concat(parts as Uint8Array[]));
  }

  private simple(first: number): null {
    const number = this.rest[this.tokens.pos() + 1];
    if (first === 0xf8 && number === undefined) throw unreadable('it ends too early');
    if (first === 0xf8 && number! < 32) throw unreadable(`${number} is not a simple value of two bytes`);
    this.skip(first === 0xf8 ? 2 : 1);
    return null;
  }
}

/** Reads an item that must be present: a break in its place is an error. */
function whole(item: unknown): unknown {
  if (item === stop) throw unreadable('a break stands where an item should be');
  return item;
}

function nameOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  throw unreadable('a key is neither a text nor a number');
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('a text is not UTF-8');
  }
}

function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value;
}

/** Reads a simple value other than false, true, null and undefined. */
function isSimple(first: number): boolean {
  return (first >= 0xe0 && first <= 0xf3) || first === 0xf8;
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError('DECODE_CBOR', 'decode', `payload is not CBOR: ${problem}`);
}
