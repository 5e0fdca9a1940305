/**
 * The file format of saved baselines. A file holds a few machines:
 *
 *     "harbinger-normals 1\n", then for each machine
 *     u32 bytes of the head · u32 bytes of the body · u32 CRC-32 of both · head (JSON) · body
 *
 * The body is the values gathered for the next row (a 32-bit float a sensor, then a byte a sensor), then the detector's
 * state, then (as many bytes as the head says) relations of its sensors that do not judge yet, and those that do. All little-endian. A record that is damaged costs the machines from it on, never those before.
 */
import { crc32 } from 'node:zlib';
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { SavedBaseline } from '../baselines/saved-baseline.ts';
import type { Kind } from '../kinds/found-kind.ts';
import type { Gathered } from '../windows/rows/cells.ts';

const magic = Buffer.from('harbinger-normals 1\n');
const prefixBytes = 12;
const headBytesMax = 64 << 10;
const bodyBytesMax = 16 << 20;

const Names = Type.Array(Type.String(), { maxItems: 1_024 });

const MaybeNumber = Type.Union([Type.Number(), Type.Null()]);
const UsualRange = Type.Object({
  firstMs: Type.Number(),
  learnsToMs: Type.Number(),
  beyondMs: Type.Optional(Type.Number()),
  isConfirmed: Type.Optional(Type.Boolean()),
  sensors: Type.Array(Type.Array(MaybeNumber, { maxItems: 16 }), { maxItems: 1_024 }),
  lateMs: Type.Optional(Type.Array(MaybeNumber, { maxItems: 1_024 })),
  togetherMs: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
});
const Modes = Type.Object({
  learnt: Type.String({ maxLength: 1 << 15, description: 'in base 64' }),
  said: Type.Optional(
    Type.Object({
      sensor: Type.String(),
      code: Type.Optional(Type.Number()),
      ...{ sinceMs: Type.Number(), newestMs: Type.Number(), paceMs: Type.Number() },
      known: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), { maxItems: 64 }),
      isMany: Type.Optional(Type.Literal(1)),
    }),
  ),
});
const Shifts = Type.Object({
  dayFromMs: Type.Number(),
  days: Type.String({ maxLength: 1 << 15, description: 'in base 64' }),
});
const kinds: readonly Kind[] = ['quantity', 'state', 'counter'];

const Head = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  contract: Type.String({ description: 'contractHash of the machine type' }),
  sensors: Type.Union([Names, Type.Null()], { description: 'by column; null: as the type declares them' }),
  learntSensors: Type.Union([Names, Type.Null()], { description: 'of the detector, where others' }),
  kinds: Type.Optional(
    Type.Record(Type.String(), Type.Union([...kinds].map((kind) => Type.Literal(kind))), {
      description: 'kinds that were found, by sensor; absent from a version that knew none',
    }),
  ),
  block: Type.Object({ journal: Type.String(), seq: Type.Integer() }),
  takenMs: Type.Union([Type.Number(), Type.Null()]),
  savedMs: Type.Number({ description: 'wall clock' }),
  usual: Type.Optional(UsualRange),
  modes: Type.Optional(Modes),
  faults: Type.Optional(
    Type.Array(
      Type.Object({
        atMs: Type.Number(),
        note: Type.String({ maxLength: 200 }),
        signature: Type.Array(Type.Number(), { maxItems: 1_024 }),
        sensors: Type.Optional(Names),
      }),
      { maxItems: 16, description: 'that people have named' },
    ),
  ),
  episodes: Type.Optional(
    Type.Object(
      {
        count: Type.Number({ minimum: 0 }),
        countMs: Type.Number(),
        firstMs: Type.Optional(Type.Number()),
        sensors: Type.Array(Type.Array(Type.Number(), { maxItems: 7 }), { maxItems: 1_024 }),
        goneMs: Type.Optional(Type.Number({ minimum: 0 })),
        quietMs: Type.Optional(Type.Number({ minimum: 0 })),
        open: Type.Optional(
          Type.Object({
            fromMs: Type.Number(),
            evidenceMs: Type.Number(),
            calmMs: Type.Number(),
            isTold: Type.Boolean(),
            hasChanged: Type.Boolean(),
            sensors: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 1_024 }),
          }),
        ),
      },
      { description: 'that ended by themselves; absent from a version that counted none' },
    ),
  ),
  shifts: Type.Optional(Shifts),
  unwell: Type.Optional(
    Type.Record(Type.String({ maxLength: 256 }), Type.Number(), {
      description: 'sensors that were not well, by name, with the value that they had',
    }),
  ),
  unheard: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0 }), {
      maxItems: 1_024,
      description: 'columns that relations do not hear any more',
    }),
  ),
  nextRelationBytes: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'before the relations: those of more sensors, which are learnt',
    }),
  ),
  relationBytes: Type.Optional(
    Type.Integer({ minimum: 0, description: 'at the end of the body; absent from a version that knew none' }),
  ),
});
export type Head = Static<typeof Head>;

/** One machine's record: its head, and its bytes as on disk. */
export interface BaselineRecord {
  head: Head;
  bytes: Buffer;
}

const validate = compileValidator(Head);

export function encodeRecord(
  about: Head,
  gathered: Gathered,
  learnt: Pick<SavedBaseline, 'detector' | 'relations' | 'nextRelations'>,
): BaselineRecord {
  const { detector, relations = new Uint8Array(), nextRelations: next = new Uint8Array() } = learnt;
  const nextBytes = next.length > 0 && { nextRelationBytes: next.length };
  const head = { ...about, ...nextBytes, relationBytes: relations.length };
  const headBytes = Buffer.from(JSON.stringify(head));
  const held = Buffer.from(gathered.held.buffer, gathered.held.byteOffset, gathered.held.byteLength);
  return { head, bytes: framed(headBytes, held, gathered.seen, detector, next, relations) };
}

/** The same record of a machine with another name. */
export function renamedRecord(
  { head, bytes }: BaselineRecord,
  { site, machine }: { site: string; machine: string },
): BaselineRecord {
  const renamed = { ...head, site, machine };
  const headBytes = Buffer.from(JSON.stringify(renamed));
  const body = bytes.subarray(prefixBytes + bytes.readUInt32LE(0));
  return { head: renamed, bytes: framed(headBytes, body) };
}

function framed(headBytes: Buffer, ...body: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(prefixBytes), headBytes, ...body]);
  bytes.writeUInt32LE(headBytes.length, 0);
  bytes.writeUInt32LE(bytes.length - prefixBytes - headBytes.length, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(prefixBytes)), 8);
  return bytes;
}

/** Decodes a record's body for this number of sensors. @throws RangeError if it is too short for them */
export function readBody(
  { head, bytes }: BaselineRecord,
  sensors: number,
): Gathered & Pick<SavedBaseline, 'detector' | 'relations' | 'nextRelations' | 'unheard'> {
  const body = bytes.subarray(prefixBytes + bytes.readUInt32LE(0));
  if (body.length < 5 * sensors) throw new RangeError('a record is too short for its sensors');
  const held = Float32Array.from({ length: sensors }, (_, i) => body.readFloatLE(4 * i));
  const seen = Uint8Array.from(body.subarray(4 * sensors, 5 * sensors));
  const { relationBytes = 0, nextRelationBytes: nextBytes = 0, unheard } = head;
  const relationsAt = Math.max(5 * sensors, body.length - relationBytes);
  const nextAt = Math.max(5 * sensors, relationsAt - nextBytes);
  return {
    ...{ held, seen, detector: body.subarray(5 * sensors, nextAt) },
    ...(relationBytes > 0 && { relations: body.subarray(relationsAt) }),
    ...(nextBytes > 0 && { nextRelations: body.subarray(nextAt, relationsAt) }),
    ...(unheard && { unheard }),
  };
}

export function encodeFile(records: readonly BaselineRecord[]): Buffer {
  return Buffer.concat([magic, ...records.map(({ bytes }) => bytes)]);
}

export interface DecodedFile {
  /** The valid records. */
  records: BaselineRecord[];
  problem: string | null;
  /** A newer version has written it, and it is to be left as it is. */
  isNewer?: boolean;
}

export function decodeFile(file: Buffer): DecodedFile {
  const records: BaselineRecord[] = [];
  if (!file.subarray(0, magic.length).equals(magic)) {
    const newer = /^harbinger-normals (\d+)\n/.exec(file.toString('latin1', 0, 40))?.[1];
    if (newer !== undefined)
      return { records, problem: `of format ${newer}, and this version knows 1`, isNewer: true };
    return { records, problem: 'not of this format' };
  }
  let at = magic.length;
  while (at < file.length) {
    const record = recordAt(file, at);
    if (typeof record === 'string') return { records, problem: `${record} at byte ${at}` };
    records.push(record);
    at += record.bytes.length;
  }
  return { records, problem: null };
}

function recordAt(file: Buffer, at: number): BaselineRecord | string {
  if (at + prefixBytes > file.length) return 'a torn record';
  const headLength = file.readUInt32LE(at);
  const bodyLength = file.readUInt32LE(at + 4);
  if (headLength > headBytesMax || bodyLength > bodyBytesMax) return 'an impossible length';
  const end = at + prefixBytes + headLength + bodyLength;
  if (end > file.length) return 'a torn record';
  const bytes = file.subarray(at, end);
  if (crc32(bytes.subarray(prefixBytes)) !== bytes.readUInt32LE(8)) return 'a wrong checksum';
  try {
    const text = bytes.toString('utf8', prefixBytes, prefixBytes + headLength);
    return { head: validate(JSON.parse(text), (problem) => new Error(problem)), bytes };
  } catch {
    return 'an unreadable head';
  }
}
