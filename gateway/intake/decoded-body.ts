import { gunzipSync } from 'node:zlib';
import type { Block } from '../ports.ts';

/** A block's text. Its checksum was verified when it was read, so it decodes. */
export function decodedBody(block: Block): Buffer {
  return block.codec === 'gzip' ? gunzipSync(block.body, { maxOutputLength: block.rawBytes }) : block.body;
}
