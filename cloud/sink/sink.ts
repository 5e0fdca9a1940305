/**
 * The sink (cloud/sink): de-duplicates a batch, checks its content, hands its events to operations, writes it to the
 * store, and moves the watermark. This file composes those steps, in this order; each has a file of its own.
 *
 * Every step can be repeated: after a crash anywhere before the acknowledgement the gateway resends the batch, the
 * store keeps one copy of it, and the watermark only saves work. Lines that can never be stored go into quarantine, so
 * that they cannot block what follows them; a batch that was not received as it was sent is not acknowledged at all.
 */
import { type Batch, type BatchBlock, decodeBody, diskOf, seqLeap } from '../../shared/contract/batch.ts';
import { isBatchRefusal } from '../../shared/contract/batch-refusal.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { TimeLimited } from '../../shared/runtime/budget.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { BatchSink, ReceivedBatch, Sender } from '../ports/log.ts';
import type { EventApplier, Watermarks } from '../ports/operations.ts';
import type { Quarantined, QuarantineIntake } from '../ports/quarantine.ts';
import { BatchOrder } from './batch-order.ts';
import { type Checked, type Refused, RefusedList, stuckReason } from './checked.ts';
import { readEvents } from './event-lines.ts';
import { type Fresh, freshBlocks } from './fresh-blocks.ts';
import type { SinkMetrics } from './metrics.ts';
import { quarantinedBatch } from './quarantined-batch.ts';
import { type StoreWriterDeps, writeUntilStored } from './store-writer.ts';
import { TelemetryReader } from './telemetry.ts';

export interface SinkDeps extends Omit<StoreWriterDeps, 'onRetry'> {
  watermarks: Watermarks;
  events: EventApplier;
  quarantine: QuarantineIntake;
  /** Ends a check that takes too long. */
  limited: TimeLimited;
  metrics: SinkMetrics;
  /** Called when blocks of a journal are missing between what is stored and what has arrived. */
  onGap?(gateway: string, lane: Lane, blocks: number): void;
  log: Log;
}

const repeatLogMs = 60_000;

export class Sink implements BatchSink {
  /** Batches that were stored or failed since the start. */
  taken = 0;
  private readonly readers = new Map<string, TelemetryReader>();
  private readonly order = new BatchOrder();
  private readonly deps: SinkDeps;
  private readonly mayLogUnknown: () => boolean;

  constructor(deps: SinkDeps) {
    this.deps = deps;
    this.mayLogUnknown = rateLimit(deps.clock, repeatLogMs);
  }

  /**
   * Resolves when the batch is durable, or those of its lines in quarantine that can never be stored. Batches of one
   * lane must be taken one after the other.
   * @throws HarbingerError BATCH_BODY and BATCH_SIZE, which must not be acknowledged; STORE_UNAVAILABLE, BATCH_ORDER,
   *   OPERATIONS_UNAVAILABLE (all retry)
   */
  async take({ lane, batch }: ReceivedBatch, sender: Sender): Promise<void> {
    const { metrics } = this.deps;
    const settle = (outcome: string) => metrics.batches.inc({ lane, outcome });
    const stopTimer = metrics.storeSeconds.startTimer({ lane });
    try {
      this.order.check(sender, batch);
      const fresh = this.freshPart(batch);
      const lastSeq = batch.header.blocks.at(-1)!.seq;
      if (fresh) await this.store(batch, fresh, sender.signal, lastSeq);
      this.order.stored(sender, lane, lastSeq);
      settle(fresh ? 'stored' : 'duplicate');
    } catch (error) {
      settle(isBatchRefusal(error) ? 'refused' : 'failed');
      throw error;
    } finally {
      stopTimer();
      this.taken += 1;
    }
  }

  /**
   * Puts quarantined lines through check and store once more, for example after a field's type was corrected in the
   * store. Resolves when everything that can be stored is; lines that are refused again are new entries in quarantine.
   * @throws HarbingerError QUARANTINE_NOT_LINES; STORE_UNAVAILABLE (retry)
   */
  async redrive(entry: Quarantined, body: Buffer, alive: AbortSignal): Promise<void> {
    const batch = quarantinedBatch(entry, body);
    const { blocks } = batch.header;
    // The block belongs to no gateway's journal: a watermark for it would only evict one that is needed.
    await this.store(batch, { blocks, skippedBytes: 0, whole: true }, alive, 0);
  }

  /** `lastSeq`: the block that the watermark moves to; 0 leaves it where it is. */
  private async store(batch: Batch, fresh: Fresh, alive: AbortSignal, lastSeq: number): Promise<void> {
    const { gateway, journal, lane } = batch.header;
    const { watermarks, events, metrics } = this.deps;
    const checked = await this.check(batch, fresh);
    // Events and watermark are two transactions, because the store's write lies between them: alerts must not wait for
    // a store that is down, and a watermark moved before the write would acknowledge what is not stored. After a crash
    // in between, the gateway resends the batch, and operations recognises its events.
    const place = { disk: diskOf(batch.header.original ?? journal), seq: fresh.blocks.at(-1)!.seq };
    if (checked.events.length > 0) await events.apply(gateway, checked.events, place);
    this.noteUnknown(gateway, checked.unknownEvents);
    const rejected = await this.write(batch, fresh, checked, alive);
    await this.quarantine(gateway, lane, [...checked.refused, ...rejected]);
    const firstSeq = fresh.blocks[0]!.seq;
    const { machines } = checked;
    const placed = lane === 'estimates' ? { place, machines } : { machines };
    await watermarks.advance({ gateway, journal, lane, firstSeq, lastSeq, ...placed });
    metrics.blocks.inc({ lane }, checked.blocks.length);
    metrics.lines.inc({ lane }, checked.lines - rejected.reduce((sum, { count }) => sum + count, 0));
  }

  private noteUnknown(gateway: string, reasons: readonly string[]): void {
    if (reasons.length === 0) return;
    this.deps.metrics.unknownEvents.inc(reasons.length);
    if (!this.mayLogUnknown()) return;
    const about = { gateway, count: reasons.length, reason: reasons[0] };
    this.deps.log.warn(
      about,
      'events that this cloud does not know are stored and not applied: update the cloud',
    );
  }

  /** Returns the lines that the store will never accept; the rest is durable. */
  private async write(batch: Batch, fresh: Fresh, checked: Checked, alive: AbortSignal): Promise<Refused[]> {
    if (checked.blocks.length === 0) return [];
    const { gateway, journal, lane, codec } = batch.header;
    const { blocks, raw } = checked;
    const gzipped = codec === 'gzip' && fresh.whole && checked.untouched ? batch.body : null;
    const onRetry = () => this.deps.metrics.storeRetries.inc();
    const refused = new RefusedList();
    try {
      const stored = { gateway, journal, lane, blocks, raw, gzipped };
      const { rejected } = await writeUntilStored(stored, { ...this.deps, onRetry }, alive);
      for (const { line, reason } of rejected)
        refused.add('STORE_REJECTED', reason, Buffer.from(`${line}\n`));
    } catch (error) {
      if (!(error instanceof HarbingerError) || error.retry) throw error;
      refused.add(error.code, error.message, raw, checked.lines);
    }
    return refused.list();
  }

  /** Null if every block of the batch has been stored before. */
  private freshPart(batch: Batch): Fresh | null {
    const { gateway, journal, original, lane, blocks } = batch.header;
    const { metrics, watermarks } = this.deps;
    const watermark = watermarks.get(gateway, journal, lane);
    // A batch that was set aside may have been stored before it was refused, with its acknowledgement lost.
    const wasStored = (seq: number) =>
      original !== undefined && watermarks.isStored(gateway, original, lane, seq);
    const fresh = freshBlocks(blocks, (seq) => seq <= watermark || wasStored(seq));
    metrics.duplicateBlocks.inc({ lane }, blocks.length - (fresh?.blocks.length ?? 0));
    const gap = fresh && watermark > 0 ? fresh.blocks[0]!.seq - watermark - 1 : 0;
    if (gap < seqLeap) {
      metrics.gapBlocks.inc({ lane }, gap);
      if (gap > 0) this.deps.onGap?.(gateway, lane, gap);
    }
    return fresh;
  }

  /** @throws HarbingerError BATCH_BODY, BATCH_SIZE */
  private check(batch: Batch, fresh: Fresh): Checked | Promise<Checked> {
    const { gateway, lane } = batch.header;
    const raw = decodeBody(batch).subarray(fresh.skippedBytes);
    return lane === 'events'
      ? readEvents(gateway, fresh.blocks, raw, this.deps.limited)
      : this.readTelemetry(batch, fresh, raw);
  }

  /** A check that was ended may be done again, and begins anew then. */
  private readTelemetry({ header: { gateway, lane } }: Batch, { blocks }: Fresh, raw: Buffer): Checked {
    const found: { checked?: Checked } = {};
    let isBegun = false;
    const read = () => {
      if (found.checked) return;
      if (isBegun) this.readers.delete(`${gateway}/${lane}`);
      isBegun = true;
      found.checked = this.reader(gateway, lane).read(blocks, raw);
    };
    if (this.deps.limited(read) && found.checked) return found.checked;
    this.readers.delete(`${gateway}/${lane}`);
    return allRefused(blocks, raw);
  }

  private reader(gateway: string, lane: Lane): TelemetryReader {
    const key = `${gateway}/${lane}`;
    const reader = this.readers.get(key) ?? new TelemetryReader(gateway, lane);
    this.readers.set(key, reader);
    return reader;
  }

  private async quarantine(gateway: string, lane: Lane, refused: Refused[]): Promise<void> {
    for (const { code, reason, count, bytes, body } of refused) {
      const more = count > 1 ? ` (and ${count - 1} more)` : '';
      const entry = {
        atMs: this.deps.clock.nowMs(),
        gateway,
        lane,
        code,
        reason: reason.slice(0, 500) + more,
        bytes,
      };
      await this.deps.quarantine.add(entry, Buffer.concat(body));
      this.deps.metrics.quarantined.inc({ code }, count);
    }
  }
}

function allRefused(blocks: readonly BatchBlock[], raw: Buffer): Checked {
  const refused = new RefusedList();
  const lines = blocks.reduce((sum, block) => sum + block.lines, 0);
  refused.add('CONTENT_STUCK', stuckReason, raw, lines);
  const nothing = { blocks: [], raw: Buffer.alloc(0), lines: 0, machines: [], events: [], unknownEvents: [] };
  return { ...nothing, untouched: false, refused: refused.list() };
}
