import { gzipSync } from 'node:zlib';
import { checkEvent, type HarbingerEvent } from '../../shared/contract/events.ts';
import { linesOf } from '../../shared/contract/line-protocol.ts';
import type { Block } from '../ports.ts';
import { decodedBody } from './decoded-body.ts';

const gzipFromBytes = 400;

/** A block of the events lane: one CloudEvent a line. */
export function eventsBlock(events: readonly HarbingerEvent[]): Omit<Block, 'seq'> {
  return textBlock(events.map((event) => `${JSON.stringify(event)}\n`).join(''), events.length);
}

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

/** The events of some blocks, oldest first. */
export async function readEvents(blocks: AsyncIterable<Block>): Promise<HarbingerEvent[]> {
  const events: HarbingerEvent[] = [];
  for await (const block of blocks) {
    for (const line of linesOf(decodedBody(block).toString('utf8')))
      events.push(checkEvent(JSON.parse(line)));
  }
  return events;
}
