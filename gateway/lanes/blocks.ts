import { gzipSync } from 'node:zlib';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { Block } from '../ports/journal.ts';

const gzipFromBytes = 400;

/** Builds a block of the events lane: one CloudEvent per line. */
export function eventsBlock(events: readonly HarbingerEvent[]): Omit<Block, 'seq'> {
  return textBlock(events.map((event) => `${JSON.stringify(event)}\n`).join(''), events.length);
}

/** Builds a block of lines, each ended by a line feed. */
export function textBlock(text: string, lines: number): Omit<Block, 'seq'> {
  const raw = Buffer.from(text, 'utf8');
  const compressed = raw.length >= gzipFromBytes;
  return {
    codec: compressed ? 'gzip' : 'identity',
    lines,
    rawBytes: raw.length,
    body: compressed ? gzipSync(raw, { level: 1 }) : raw,
    local: Buffer.alloc(0),
  };
}
