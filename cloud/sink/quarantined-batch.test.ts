import { describe, expect, it } from 'vitest';
import { encodeBatch } from '../../shared/contract/batch.ts';
import type { Quarantined } from '../ports/quarantine.ts';
import { quarantinedBatch } from './quarantined-batch.ts';

const entry: Quarantined = {
  id: 7,
  atMs: 1_700_000_000_000,
  gateway: 'north',
  lane: 'readings',
  code: 'STORE_REJECTED',
  reason: 'field type conflict',
  bytes: 8,
};

describe('quarantined lines made into a batch', () => {
  it('are one block of a journal of their own, which is the same each time and differs between entries', () => {
    const batch = quarantinedBatch(entry, Buffer.from('a 1\nb 2\n'));
    expect(batch.header).toMatchObject({
      gateway: 'north',
      lane: 'readings',
      blocks: [{ seq: 1, lines: 2, bytes: 8 }],
    });
    expect(() => encodeBatch(batch)).not.toThrow();
    const journals = [entry, entry, { ...entry, id: 8 }, { ...entry, atMs: 1 }].map(
      (one) => quarantinedBatch(one, Buffer.from('a 1\n')).header.journal,
    );
    expect(journals[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(journals).size).toBe(3);
    expect(journals[0]).toBe(journals[1]);
  });

  it('end with the last complete line', () => {
    expect(quarantinedBatch(entry, Buffer.from('a 1\nb 2\nc')).body.toString()).toBe('a 1\nb 2\n');
  });

  it.each([
    [{ code: 'BATCH_CHECKSUM' }, 'a 1\n'],
    [{ lane: 'elsewhere' }, 'a 1\n'],
    [{}, 'half a line'],
    [{}, ''],
  ])('are refused if there are none: %j %j', (over, body) => {
    expect(() => quarantinedBatch({ ...entry, ...over }, Buffer.from(body))).toThrow(
      expect.objectContaining({ code: 'QUARANTINE_NOT_LINES' }),
    );
  });
});
