/**
 * Checks an lmdb file before lmdb opens it. lmdb maps the file into memory and trusts it: an incomplete header, a
 * truncated file or an invalid page crashes the whole process (SIGSEGV, SIGABRT) instead of causing an error. lmdb has
 * no checksums, so this check finds damage to the structure, but no changed values.
 *
 * lmdb's data format 2, little-endian: a page starts with its number (u64), the transaction that wrote it (u64), 2
 * bytes, flags (u16), and the ends of its list of node offsets and of its free space (u16 each, counted from the end of
 * this header). A node consists of the low and high halves of its data's size or of a child's page number (u16 each),
 * flags (u16; for a child the top of its number), the key's size (u16), key and data. Pages 0 and 1 hold two versions
 * of the following: magic, version, address, map size, the records of two trees (free pages, and the main one, which
 * names all others), last page, transaction.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const magic = 0xbeefc0de;
const pageSizes = new Set([4_096, 8_192, 16_384, 32_768, 65_536]);
const headBytes = 24;
const nodeBytes = 8;
const tree = { bytes: 48, depthAt: 6, rootAt: 40 } as const;
const meta = { magicAt: 24, treesAt: 48, lastPageAt: 144, transactionAt: 152, bytes: 160 } as const;
const kinds = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const kindsMask = 0x6f;
const nodeFlags = { bigData: 0x01, subTree: 0x02 } as const;
const noPage = 0xffff_ffff_ffff_ffffn;
/** Another process may be writing, and pages that change during the check are not damage. */
const attemptsMax = 3;

export interface LmdbHeader {
  pageBytes: number;
  /** Last page and number of the newest transaction. */
  lastPage: number;
  transaction: bigint;
  trees: Buffer;
}

class Damage extends Error {}

/** Returns the damage of the file, or null. A missing or empty file is a new database. @throws system errors */
export function findLmdbDamage(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return null;
    for (let attempt = 1; ; attempt++) {
      const header = readLmdbHeader(file);
      if (typeof header === 'string') return header;
      const bytesMin = (header.lastPage + 1) * header.pageBytes;
      if (size < bytesMin) return `it has ${size} of its ${bytesMin} bytes`;
      const problem = new Walk(file, header).problem();
      if (problem === null) return null;
      const now = readLmdbHeader(file);
      const isStill = typeof now !== 'string' && now.transaction === header.transaction;
      if (isStill) return problem;
      if (attempt >= attemptsMax) return null;
    }
  } finally {
    closeSync(file);
  }
}

/** Returns the newer of the header's two versions, or the problem with them. */
export function readLmdbHeader(file: number): LmdbHeader | string {
  const first = readVersion(file, 0);
  if (!first) return 'its header is not whole';
  const second = readVersion(file, first.pageBytes);
  if (!second || second.pageBytes !== first.pageBytes) return 'its second page is not a database’s';
  return first.transaction >= second.transaction ? first : second;
}

function readVersion(file: number, at: number): LmdbHeader | null {
  const bytes = Buffer.alloc(meta.bytes);
  if (readSync(file, bytes, 0, meta.bytes, at) < meta.bytes) return null;
  const pageBytes = bytes.readUInt32LE(meta.treesAt);
  if (bytes.readUInt32LE(meta.magicAt) !== magic || !pageSizes.has(pageBytes)) return null;
  return {
    pageBytes,
    lastPage: Number(bytes.readBigUInt64LE(meta.lastPageAt)),
    transaction: bytes.readBigUInt64LE(meta.transactionAt),
    trees: bytes.subarray(meta.treesAt, meta.treesAt + 2 * tree.bytes),
  };
}

/** Walks from the roots to every page in use. */
class Walk {
  private readonly file: number;
  private readonly header: LmdbHeader;
  private readonly seen: Uint8Array;

  constructor(file: number, header: LmdbHeader) {
    this.file = file;
    this.header = header;
    this.seen = new Uint8Array(header.lastPage + 1);
  }

  problem(): string | null {
    try {
      for (const at of [0, tree.bytes]) this.tree(this.header.trees.subarray(at, at + tree.bytes));
      return null;
    } catch (error) {
      if (error instanceof Damage) return error.message;
      throw error;
    }
  }

  private tree(record: Buffer): void {
    const root = record.readBigUInt64LE(tree.rootAt);
    if (root !== noPage) this.page(Number(root), record.readUInt16LE(tree.depthAt));
  }

  /** `depth` is the number of levels from this page down to the leaves, including itself. */
  private page(number: number, depth: number): void {
    const page = this.read(number);
    const wanted = depth === 1 ? kinds.leaf : kinds.branch;
    if (depth < 1 || (page.readUInt16LE(18) & kindsMask) !== wanted)
      throw bad(number, 'is of the wrong kind');
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const room = page.length - headBytes;
    if (lower % 2 !== 0 || lower > upper || upper > room) throw bad(number, 'is not a page of nodes');
    if (depth > 1 && lower < 4) throw bad(number, 'has too few nodes');
    for (let at = headBytes; at < headBytes + lower; at += 2) {
      const offset = page.readUInt16LE(at);
      if (offset < upper || offset + nodeBytes > room) throw bad(number, 'has a node outside');
      const node = page.subarray(headBytes + offset);
      if (depth > 1) this.branch(number, node, depth);
      else this.leaf(number, node);
    }
  }

  private branch(number: number, node: Buffer, depth: number): void {
    if (nodeBytes + node.readUInt16LE(6) > node.length) throw bad(number, 'has a key outside');
    this.page(node.readUInt32LE(0) + node.readUInt16LE(4) * 2 ** 32, depth - 1);
  }

  private leaf(number: number, node: Buffer): void {
    const flags = node.readUInt16LE(4);
    const keyBytes = node.readUInt16LE(6);
    const dataBytes = node.readUInt32LE(0);
    const isBig = (flags & nodeFlags.bigData) !== 0;
    const dataAt = nodeBytes + keyBytes;
    if (dataAt + (isBig ? headBytes : dataBytes) > node.length) throw bad(number, 'has a value outside');
    const data = node.subarray(dataAt);
    if (isBig) this.overflow(Number(data.readBigUInt64LE(0)), dataBytes);
    else if ((flags & nodeFlags.subTree) !== 0) {
      if (dataBytes !== tree.bytes) throw bad(number, 'names no tree');
      this.tree(data.subarray(0, tree.bytes));
    }
  }

  private overflow(number: number, dataBytes: number): void {
    const page = this.read(number);
    if ((page.readUInt16LE(18) & kindsMask) !== kinds.overflow) throw bad(number, 'is of the wrong kind');
    const pages = page.readUInt32LE(20);
    if (headBytes + dataBytes > pages * page.length) throw bad(number, 'is shorter than its value');
    for (let next = number + 1; next < number + pages; next++) this.take(next);
  }

  private read(number: number): Buffer {
    this.take(number);
    const page = Buffer.allocUnsafe(this.header.pageBytes);
    const read = readSync(this.file, page, 0, page.length, number * page.length);
    if (read < page.length || Number(page.readBigUInt64LE(0)) !== number) throw bad(number, 'is not there');
    return page;
  }

  private take(number: number): void {
    if (!(number >= 2 && number <= this.header.lastPage)) throw bad(number, 'cannot be');
    if (this.seen[number]) throw bad(number, 'is used twice');
    this.seen[number] = 1;
  }
}

function bad(number: number, why: string): Damage {
  return new Damage(`page ${number} ${why}`);
}
