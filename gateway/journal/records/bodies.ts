/** Combines entries to bodies of a block's length. */
export function bodiesOf(entries: readonly Buffer[], bytesMax: number): Buffer[] {
  const bodies: Buffer[] = [];
  let from = 0;
  let bytes = 0;
  for (const [i, entry] of entries.entries()) {
    bytes += entry.length;
    if (bytes < bytesMax && i < entries.length - 1) continue;
    bodies.push(Buffer.concat(entries.slice(from, i + 1)));
    from = i + 1;
    bytes = 0;
  }
  return bodies;
}

/** Returns a block with this body. */
export function blockOf(body: Buffer) {
  return { codec: 'identity' as const, lines: 1, rawBytes: body.length, body, local: Buffer.alloc(0) };
}
