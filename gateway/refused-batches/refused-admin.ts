/** The operations on refused batches that the HTTP API offers to people. */
import { decodeBatch, decodeBody } from '../../shared/contract/batch.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Redriven, RefusedEntry, Resender, UplinkPositions } from '../ports/refused-batches.ts';
import type { RefusedBatches } from './refused-batches.ts';

type Which = number[] | 'all';

/** Shorter than the time for which HTTP clients wait. A further request sends the rest. */
const timeMsMax = 40_000;
const reasonsMax = 20;
const textBytesMax = 64 << 10;

export class RefusedAdmin {
  /** Number of batches that were redriven since the start. */
  redriven = 0;
  private readonly batches: RefusedBatches;
  private readonly resender: Resender | null;
  private readonly positions: UplinkPositions;
  private readonly clock: Clock;
  private isBusy = false;

  constructor(
    batches: RefusedBatches,
    parts: { resender: Resender | null; positions: UplinkPositions; clock: Clock },
  ) {
    const { resender, positions, clock } = parts;
    this.batches = batches;
    this.resender = resender;
    this.positions = positions;
    this.clock = clock;
  }

  async list(query: { limit: number; beforeId?: number }): Promise<RefusedEntry[]> {
    return this.batches.list(query);
  }

  /** Returns an entry with the beginning of its text, at most 64 KiB. */
  async show(id: number): Promise<{ entry: RefusedEntry; text: string } | null> {
    const found = await this.batches.get(id);
    if (!found) return null;
    const text = decodeBody(decodeBatch(found.frame)).toString('utf8', 0, textBytesMax);
    return { entry: found.entry, text };
  }

  /**
   * Sends batches to the cloud again, oldest first, and removes those that it takes. After a crash in between one is
   * sent twice, which the cloud recognises. A batch that the uplink has not passed yet stays for a later request.
   * @throws HarbingerError REFUSED_NO_UPLINK, REFUSED_BUSY; UPLINK_BROKEN, UPLINK_SILENT, REFUSED_WRITE (retry)
   */
  async redrive(which: Which): Promise<Redriven> {
    if (!this.resender) {
      throw new HarbingerError('REFUSED_NO_UPLINK', 'uplink', 'there is no cloud to send to: set uplink.url');
    }
    if (this.isBusy) {
      const message = 'refused batches are being sent again already; try again when that is done';
      throw new HarbingerError('REFUSED_BUSY', 'uplink', message, { retry: true });
    }
    this.isBusy = true;
    const late = new AbortController();
    const timer = this.clock.setTimer(timeMsMax, () => late.abort());
    try {
      const ids = this.idsOf(which);
      // The list is made before the positions are saved: a batch that the uplink passes later may not have its
      // position saved.
      const passed = new Set(ids.filter((id) => this.isPassed(id)));
      await this.savePositions();
      return await this.redriveAll(ids, passed, this.resender, late.signal);
    } finally {
      timer.cancel();
      this.isBusy = false;
    }
  }

  async drop(which: Which): Promise<{ dropped: number }> {
    await this.savePositions();
    return { dropped: await this.batches.remove(this.idsOf(which)) };
  }

  private isPassed(id: number): boolean {
    const entry = this.batches.entry(id);
    return entry !== null && this.positions.hasPassed(entry);
  }

  /** Without this, a crash could move the uplink back before a batch that is no longer known as set aside. */
  private async savePositions(): Promise<void> {
    try {
      await this.positions.save();
    } catch (cause) {
      const message = `the uplink's position cannot be written: ${messageOf(cause)}; check the disk`;
      throw new HarbingerError('REFUSED_WRITE', 'uplink', message, { retry: true, cause });
    }
  }

  private async redriveAll(
    ids: readonly number[],
    passed: ReadonlySet<number>,
    resender: Resender,
    late: AbortSignal,
  ): Promise<Redriven> {
    const outcome: Redriven = { redriven: 0, kept: 0, left: 0, reasons: [] };
    for (const id of ids) {
      const found = late.aborted ? null : await this.batches.get(id);
      if (found && passed.has(id)) {
        try {
          await resender.resend(found.entry.lane, found.frame, late);
          outcome.redriven += await this.batches.remove([id]);
          this.redriven++;
        } catch (error) {
          const isRefused = error instanceof HarbingerError && error.code === 'UPLINK_REFUSED';
          if (!isRefused && !late.aborted) throw error;
          if (isRefused) outcome.kept++;
          if (isRefused && outcome.reasons.length < reasonsMax) outcome.reasons.push(messageOf(error));
        }
      } else if (found) outcome.left++;
      if (late.aborted) {
        outcome.left = ids.length - outcome.redriven - outcome.kept;
        break;
      }
    }
    return outcome;
  }

  private idsOf(which: Which): number[] {
    return which === 'all' ? this.batches.ids() : which;
  }
}
