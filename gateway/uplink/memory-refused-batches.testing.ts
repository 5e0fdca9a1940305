import type { RefusedEntry, RefusedIntake } from '../ports/refused-batches.ts';

/** Set aside in memory; tests may have it fail, and look at it. */
export function memoryRefused() {
  const entries: (Omit<RefusedEntry, 'id' | 'atMs' | 'bytes'> & { frame: Buffer })[] = [];
  const intake = {
    entries,
    error: null as Error | null,
    async add(entry, frame) {
      if (intake.error) throw intake.error;
      entries.push({ ...entry, frame });
    },
    coveredUpTo: (block) =>
      entries.find(
        ({ journal, lane, firstSeq, lastSeq }) =>
          journal === block.journal && lane === block.lane && firstSeq <= block.seq && block.seq <= lastSeq,
      )?.lastSeq ?? null,
  } satisfies RefusedIntake & { entries: unknown; error: Error | null };
  return intake;
}
