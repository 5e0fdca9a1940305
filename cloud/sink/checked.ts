import type { BatchBlock } from '../../shared/contract/batch.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { MachineState } from '../ports/machines.ts';

/** Lines (or events, or blocks) that can never be stored. */
export interface Refused {
  code: string;
  reason: string;
  /** Number of lines, events or blocks; `reason` is the reason of the first one. */
  count: number;
  bytes: number;
  /** Their text, whole: it is kept in quarantine. A batch bounds it. */
  body: Buffer[];
}

/** The content of a batch after the check, parted into what can be stored and what cannot. */
export interface Checked {
  blocks: BatchBlock[];
  raw: Buffer;
  /** Whether `raw` is the batch's decoded body, byte for byte. */
  untouched: boolean;
  lines: number;
  refused: Refused[];
  machines: Partial<MachineState>[];
  events: HarbingerEvent[];
  /** Events that are stored and not applied: for each the reason, a type or a value that this cloud does not know. */
  unknownEvents: string[];
}

export const stuckReason =
  'the check did not end in the time that ingest.checkMsMax gives it: report the lines';

/** Gathers refused lines by code, so that a batch of a million bad lines makes one entry in quarantine. */
export class RefusedList {
  private readonly byCode = new Map<string, Refused>();

  add(code: string, reason: string, bytes: Buffer, count = 1): void {
    let entry = this.byCode.get(code);
    if (!entry) {
      entry = { code, reason, count: 0, bytes: 0, body: [] };
      this.byCode.set(code, entry);
    }
    entry.count += count;
    entry.bytes += bytes.length;
    entry.body.push(Buffer.from(bytes));
  }

  list(): Refused[] {
    return [...this.byCode.values()];
  }
}
