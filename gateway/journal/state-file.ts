import { crc32 } from 'node:zlib';
import { replaceOn } from '../../shared/files/replace.ts';
import { codeOf } from '../../shared/runtime/errors.ts';
import type { JournalFs } from './fs.ts';
import { readError } from './journal-errors.ts';

/**
 * A small JSON value on disk: its text, a line feed, the text's CRC-32 in 8 hex digits and a line feed. It is replaced
 * as a whole (written aside, synced, renamed, folder synced), so a power cut leaves the old one or the new one.
 */
export interface StateFile {
  /** `damaged` also where the file cannot be read; the value is not checked beyond its checksum. */
  load(): Promise<{ found: 'yes'; value: unknown } | { found: 'no' } | { found: 'damaged' }>;
  /** Durable when resolved. Bytes written. Calls must not overlap. */
  save(value: unknown): Promise<number>;
}

const bytesMax = 1 << 20;

export function stateFile(fs: JournalFs, dir: string, name: string): StateFile {
  const path = `${dir}/${name}`;
  return {
    async load() {
      let text: string;
      try {
        text = await readText(fs, path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return { found: 'no' };
        // Not damaged, as far as anybody knows: it may be read the next time.
        throw readError({ lane: name, dir }, error);
      }
      const json = text.slice(0, -10);
      if (text !== withChecksum(json)) return { found: 'damaged' };
      return { found: 'yes', value: JSON.parse(json) as unknown };
    },
    async save(value) {
      const bytes = Buffer.from(withChecksum(JSON.stringify(value)));
      await replaceOn(fs, path, bytes);
      return bytes.length;
    },
  };
}

async function readText(fs: JournalFs, path: string): Promise<string> {
  const file = await fs.open(path, 'read');
  try {
    const buffer = Buffer.alloc(Math.min(await file.size(), bytesMax));
    return buffer.toString('utf8', 0, await file.read(buffer, 0));
  } finally {
    await file.close();
  }
}

function withChecksum(json: string): string {
  return `${json}\n${crc32(json).toString(16).padStart(8, '0')}\n`;
}

/**
 * Runs `save` for whoever asks, one at a time: those who ask while one is under way share the next. The promise
 * settles with a save that began after the asking.
 */
export function coalesced(save: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = () => {
    next = null;
    running = save().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    next ??= running.then(start, start);
    return next;
  };
}
