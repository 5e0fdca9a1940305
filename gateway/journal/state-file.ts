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
  /** Also `damaged` if the file cannot be parsed; apart from its checksum the value is not checked. */
  load(): Promise<{ found: 'yes'; value: unknown } | { found: 'no' } | { found: 'damaged' }>;
  /** Durable when resolved. Returns the bytes written. Calls must not overlap. */
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
        // Not known to be damaged: it may be readable the next time.
        throw readError({ lane: name, dir }, error);
      }
      const json = text.slice(0, -10);
      if (text !== withChecksum(json)) return { found: 'damaged' };
      return { found: 'yes', value: JSON.parse(json) as unknown };
    },
    async save(value) {
      const bytes = Buffer.from(withChecksum(JSON.stringify(value)));
      await replaceOn(fs, path, [bytes]);
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
 * Runs `save` for all callers, one at a time: those who call while one is running share the next. The promise settles
 * with a save that started after the call.
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
