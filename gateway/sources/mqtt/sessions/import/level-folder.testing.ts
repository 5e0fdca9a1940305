/** Tests only: the LevelDB folder in which version 0.1.0 kept its sessions. */
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';

/** The format of its records: a length, JSON and bytes; later builds marked the length and added a checksum. */
export function levelRecord(head: object, body = '', hasChecksum = true): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const record = Buffer.concat([Buffer.alloc(4), json, Buffer.from(body)]);
  record.writeUInt32LE(json.length + (hasChecksum ? 2 ** 31 : 0));
  const checksum = Buffer.alloc(hasChecksum ? 4 : 0);
  if (hasChecksum) checksum.writeUInt32LE(crc32(record));
  return Buffer.concat([record, checksum]);
}

/** Changes the folder's records, as the older version would; null deletes one. Creates the folder if it is missing. */
export async function changeLevel(folder: string, records: Record<string, Buffer | null>): Promise<void> {
  const db = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
  await db.open();
  for (const [key, value] of Object.entries(records))
    await (value === null ? db.del(key) : db.put(key, value));
  await db.close();
}
