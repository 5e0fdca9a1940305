/**
 * Looks after the lmdb file before lmdb does: lmdb maps the file into memory and believes it, so a file that is no
 * database, or is cut short, would end the whole process (SIGSEGV, SIGBUS) instead of giving an error.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where lmdb's two meta pages have what is needed here (its data format 2, little-endian). */
const meta = { magicAt: 24, versionAt: 28, pageSizeAt: 48, lastPageAt: 144, transactionAt: 152, bytes: 160 };
const magic = 0xbeefc0de;
const pageSizes = new Set([4_096, 8_192, 16_384, 32_768, 65_536]);
/** Damaged files kept for a look; older ones are deleted. */
const asideMax = 2;

/** Null if lmdb may open the file, else what is wrong with it. Missing bytes at the end are put back as zeros. */
export async function checkDatabaseFile(path: string, bytesMax: number): Promise<string | null> {
  if (!existsSync(path)) return null;
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (size === 0) return null;
    const first = await readMeta(file, 0);
    if (!first) return 'it does not begin as a database';
    const second = await readMeta(file, first.pageSize);
    if (!second || second.pageSize !== first.pageSize) return 'its second page is not a database’s';
    const newest = first.transaction > second.transaction ? first : second;
    const needed = (newest.lastPage + 1) * newest.pageSize;
    if (needed > bytesMax) return `it claims to have ${needed} bytes`;
    // Pages that were never written may rightly be missing at the end. Zeros there are harmless, and where the pages
    // were in use, lmdb finds that they are no pages: an error, where reading beyond the end would be a crash.
    if (size < needed) await file.truncate(needed);
    return null;
  } finally {
    await file.close();
  }
}

async function readMeta(file: Awaited<ReturnType<typeof open>>, at: number) {
  const page = Buffer.alloc(meta.bytes);
  const { bytesRead } = await file.read(page, 0, meta.bytes, at);
  if (bytesRead < meta.bytes || page.readUInt32LE(meta.magicAt) !== magic) return null;
  const pageSize = page.readUInt32LE(meta.pageSizeAt);
  if (!pageSizes.has(pageSize)) return null;
  return {
    pageSize,
    lastPage: Number(page.readBigUInt64LE(meta.lastPageAt)),
    transaction: page.readBigUInt64LE(meta.transactionAt),
  };
}

/** Renames a damaged database to `*.damaged-<time>`; where it is now. */
export function setAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${path}.damaged-${stamp}`;
  renameSync(path, aside);
  rmSync(`${path}-lock`, { force: true });
  const dir = dirname(path);
  const all = readdirSync(dir).filter((name) => name.startsWith(`${basename(path)}.damaged-`));
  for (const name of all.sort().slice(0, -asideMax)) rmSync(join(dir, name), { force: true });
  return aside;
}
