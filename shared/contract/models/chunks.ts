/**
 * How a gateway fetches a model over its connection to the cloud: it asks for pieces, one at a time, and each answer stands for itself.
 * Either may be lost or come twice; the gateway asks again. The cloud keeps nothing of it, so a download goes on where it was
 * after any stop.
 *
 *     gateway ─ {"id", "name", "model", "offset", "bytes"} ─▶ cloud
 *     gateway ◀─ {"id", "name", "model", "offset", "total", "sha256", "crc"}\n and the bytes ─ cloud     or {"id", …, "problem"}\n
 */
import { crc32 } from 'node:zlib';
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';
import { plainName } from '../topics.ts';
import { versionPattern } from './model-ref.ts';

export const chunkLimits = {
  /** Bytes of a piece. */
  bytesMax: 64 << 10,
  askBytesMax: 1_024,
  headerBytesMax: 2_048,
} as const;

const Ref = {
  version: Type.Literal(1),
  /** Chosen by the gateway, to tell answers apart. */
  id: Type.Integer({ minimum: 0 }),
  name: Type.String({ ...plainName }),
  /** The version of the model. */
  model: Type.String({ pattern: versionPattern }),
};

const Ask = Type.Object({
  ...Ref,
  offset: Type.Integer({ minimum: 0 }),
  bytes: Type.Integer({ minimum: 0, maximum: chunkLimits.bytesMax }),
});
export type ChunkAsk = Omit<Static<typeof Ask>, 'version'>;

const Header = Type.Object({
  ...Ref,
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Bytes of the whole bundle, and their SHA-256. */
  total: Type.Optional(Type.Integer({ minimum: 1 })),
  sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  crc: Type.Optional(Type.Integer()),
  /** Why there is nothing to send: absent (it has no such model), unreadable, busy, not-understood. */
  problem: Type.Optional(Type.String({ maxLength: 500 })),
});

export interface ChunkPiece {
  id: number;
  name: string;
  model: string;
  offset: number;
  total: number;
  sha256: string;
  bytes: Buffer;
}

export interface ChunkProblem {
  id: number;
  name: string;
  model: string;
  problem: string;
}

/** The problem of an ask that the cloud cannot read, such as one of a later version. */
export const notUnderstood = 'not-understood';

const Named = Type.Object({ id: Ref.id, name: Ref.name, model: Ref.model });

const checkAsk = compileValidator(Ask);
const checkNamed = compileValidator(Named);
const checkHeader = compileValidator(Header);
const failed = (problem: string) => new Error(problem);

export function encodeAsk(ask: ChunkAsk): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, ...ask }));
}

/** Null if this program does not understand it. Never throws. */
export function parseAsk(message: Buffer): ChunkAsk | null {
  if (message.length > chunkLimits.askBytesMax) return null;
  try {
    const { version: _, ...ask } = checkAsk(JSON.parse(message.toString('utf8')), failed);
    return ask;
  } catch {
    return null;
  }
}

/** The part of an ask by which its gateway recognises an answer, where the rest is not understood; null: it has not even that. */
export function namedInAsk(message: Buffer): Static<typeof Named> | null {
  if (message.length > chunkLimits.askBytesMax) return null;
  try {
    const { id, name, model } = checkNamed(JSON.parse(message.toString('utf8')), failed);
    return { id, name, model };
  } catch {
    return null;
  }
}

export function encodePiece({ bytes, ...header }: ChunkPiece): Buffer {
  const text = JSON.stringify({ version: 1, ...header, crc: crc32(bytes) });
  return Buffer.concat([Buffer.from(`${text}\n`), bytes]);
}

export function encodeProblem(problem: ChunkProblem): Buffer {
  return Buffer.from(`${JSON.stringify({ version: 1, ...problem })}\n`);
}

/** Null if this program does not understand it, or if it was damaged. Never throws. */
export function parseChunk(message: Buffer): ChunkPiece | ChunkProblem | null {
  const end = message.subarray(0, chunkLimits.headerBytesMax).indexOf(0x0a);
  if (end < 0 || message.length > chunkLimits.headerBytesMax + chunkLimits.bytesMax) return null;
  try {
    const said = checkHeader(JSON.parse(message.toString('utf8', 0, end)), failed);
    const { id, name, model, problem, offset, total, sha256, crc } = said;
    if (problem !== undefined) return { id, name, model, problem };
    const bytes = message.subarray(end + 1);
    if (offset === undefined || total === undefined || sha256 === undefined || crc !== crc32(bytes))
      return null;
    return { id, name, model, offset, total, sha256, bytes };
  } catch {
    return null;
  }
}
