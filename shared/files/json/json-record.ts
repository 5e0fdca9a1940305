/** Encodes a JSON object and bytes that belong to it: the length of the JSON (u32, little-endian), the JSON, the bytes. */
export function encodeRecord(head: object, body: Uint8Array = new Uint8Array(0)): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, body]);
}

export interface DecodedRecord {
  head: Record<string, unknown>;
  body: Buffer;
}

/** Null if the bytes are not such a record. The caller checks the fields of the object; the body shares memory with `bytes`. */
export function decodeRecord(bytes: Buffer): DecodedRecord | null {
  try {
    const end = 4 + bytes.readUInt32LE(0);
    if (end > bytes.length) return null;
    const head: unknown = JSON.parse(bytes.toString('utf8', 4, end));
    if (typeof head !== 'object' || head === null) return null;
    return { head: head as Record<string, unknown>, body: bytes.subarray(end) };
  } catch {
    return null;
  }
}
