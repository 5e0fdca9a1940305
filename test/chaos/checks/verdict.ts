import type { MachineLedger } from '../../load/record/ledger.ts';
import type { StoredSeqs } from '../observe/stored.ts';

/** The result of comparing the store with the acknowledged readings. */
export interface Verdict {
  acked: number;
  stored: number;
  /** Acknowledged and not stored, with no damaged disk to explain it. */
  lost: string[];
  /** Acknowledged and not stored, but their block was damaged on the disk on purpose. */
  lostToDamage: number;
  repeated: string[];
  /** Stored, but never sent. */
  strangers: string[];
  /** Readings stored under an earlier time than a reading of the same series that was sent before them. */
  disordered: string[];
}

/** `excused`: readings whose block on the gateway's disk was damaged, as `machine#running number`. */
export function compare(
  machines: readonly MachineLedger[],
  stored: StoredSeqs,
  excused: ReadonlySet<string>,
): Verdict {
  const verdict: Verdict = {
    acked: 0,
    stored: 0,
    lost: [],
    lostToDamage: 0,
    repeated: [],
    strangers: [],
    disordered: [],
  };
  for (const machine of machines) {
    const seqs = stored.get(machine.machine) ?? [];
    const seen = countEach(machine, seqs, excused, verdict);
    verdict.acked += machine.ackedCount;
    verdict.stored += seqs.length;
    for (let seq = machine.first; seq < machine.next; seq++) {
      if (!machine.isAcked(seq) || seen.has(seq)) continue;
      const name = `${machine.machine}#${seq}`;
      if (excused.has(name)) verdict.lostToDamage++;
      else verdict.lost.push(name);
    }
  }
  return verdict;
}

function countEach(
  machine: MachineLedger,
  seqs: readonly number[],
  excused: ReadonlySet<string>,
  verdict: Verdict,
): Set<number> {
  const seen = new Set<number>();
  let highest = 0;
  for (const seq of seqs) {
    const name = `${machine.machine}#${seq}`;
    if (seq < machine.first || seq >= machine.next) verdict.strangers.push(name);
    else if (!seen.has(seq)) seen.add(seq);
    // Identities are lost with a damaged block, so a repeat of its readings is accepted like any other reading.
    else if (!excused.has(name)) verdict.repeated.push(name);
    if (seq < highest && !excused.has(name)) verdict.disordered.push(`${name} after #${highest}`);
    highest = Math.max(highest, seq);
  }
  return seen;
}

/** `listed`: the events that the cloud lists. Each has one line in the store; those in `known` had two before. */
export function compareEvents(
  stored: readonly string[],
  listed: readonly { id: string }[],
  known: ReadonlySet<string>,
): { twice: string[]; missing: string[] } {
  const seen = new Set<string>();
  const twice = stored.filter((id) => seen.has(id) || !seen.add(id)).filter((id) => !known.has(id));
  return { twice, missing: listed.map(({ id }) => id).filter((id) => !seen.has(id)) };
}
