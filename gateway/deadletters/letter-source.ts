import { createHash } from 'node:crypto';

/** Names in the path of a source. */
export const sourceDepth = 3;

interface Sender {
  user?: string;
  client: string;
  topic: string;
}

/**
 * The source of a letter as it is part of its key: user, client and topic, each as a short hash, because names may be
 * long and there may be one for each letter. That two names have the same hash only makes them one source; whoever finds
 * such names can send under both anyway.
 */
export function sourceOf({ user = '', client, topic }: Sender): string {
  return [user, client, topic].map(shortHash).join('.');
}

export function pathOf(source: string): string[] {
  return source.split('.');
}

/** The hash of the same few names is asked for again and again. */
const recent = new Map<string, string>();
const recentMax = 256;

function shortHash(text: string): string {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(text).digest().readUInt32LE(0).toString(36);
  if (recent.size >= recentMax) recent.clear();
  if (text.length <= 256) recent.set(text, hash);
  return hash;
}
