/**
 * A batch's way, once its sender is known: check → de-duplicate → check content → store → operations → acknowledge.
 *
 * Every step can be done again: a crash anywhere before the acknowledgement makes the gateway send the batch again, the
 * store keeps one copy of it, and the watermark only spares the work. What can never be stored is put into quarantine
 * and acknowledged, so that it cannot hold up what is behind it.
 */
import { type Batch, decodeBatch, decodeBody, seqLeap } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Operations, Quarantined } from '../ports.ts';
import { type Checked, type Refused, RefusedList } from './checked.ts';
import { readEvents } from './event-lines.ts';
import { type Fresh, freshBlocks } from './fresh-blocks.ts';
import { LaneQueues, type Sender } from './lane-queues.ts';
import type { IngestMetrics } from './metrics.ts';
import { quarantinedBatch } from './quarantined-batch.ts';
import { type StoreWriterDeps, writeUntilStored } from './store-writer.ts';
import { TelemetryReader } from './telemetry.ts';

export interface IngestDeps extends Omit<StoreWriterDeps, 'onRetry'> {
  operations: Operations;
  metrics: IngestMetrics;
}

/** What one gateway may have waiting in one lane. */
const batchesWaitingMax = 256;

export class Ingest {
  readonly lanes = new LaneQueues(batchesWaitingMax);
  private readonly readers = new Map<string, TelemetryReader>();
  /** Last block of each lane that came over a connection. */
  private readonly reached = new WeakMap<Sender, Map<Lane, number>>();
  private readonly deps: IngestDeps;

  constructor(deps: IngestDeps) {
    this.deps = deps;
  }

  /**
   * Takes a frame that `gateway` sent on its topic of `lane`. Resolves when the frame may be acknowledged; rejects when
   * it must not be. In order within a lane; lanes and gateways side by side, so events never wait for readings.
   */
  accept(gateway: string, lane: Lane, frame: Buffer, sender: Sender): Promise<void> {
    return this.lanes.run(`${gateway}/${lane}`, sender, () => this.take(gateway, lane, frame, sender));
  }

  /**
   * Puts lines that were refused through check and store once more, e.g. after a field's type was mended there. Resolves
   * when what can be stored is; what is refused again is in quarantine anew.
   * @throws HarbingerError QUARANTINE_NOT_LINES; STORE_UNAVAILABLE (retry)
   */
  async redrive(entry: Quarantined, body: Buffer, alive: AbortSignal): Promise<void> {
    const batch = quarantinedBatch(entry, body);
    const { blocks } = batch.header;
    // No watermark: the block is of no gateway's journal, and the place of one that is could be needed.
    await this.store(batch, { blocks, skippedBytes: 0, whole: true }, alive, 0);
  }

  private async take(gateway: string, lane: Lane, frame: Buffer, sender: Sender): Promise<void> {
    const { metrics } = this.deps;
    const settle = (outcome: string) => metrics.batches.inc({ lane, outcome });
    metrics.receivedBytes.inc({ lane }, frame.length);
    const started = metrics.storeSeconds.startTimer({ lane });
    try {
      const batch = openFrame(gateway, lane, frame);
      if (batch instanceof HarbingerError) {
        await this.quarantine(gateway, lane, [wholeOf(batch, frame)]);
        return settle('quarantined');
      }
      const reached = this.reachedBy(sender);
      checkOrder(batch, reached.get(lane));
      const fresh = this.freshPart(batch);
      const lastSeq = batch.header.blocks.at(-1)!.seq;
      if (fresh) await this.store(batch, fresh, sender.signal, lastSeq);
      reached.set(lane, Math.max(lastSeq, reached.get(lane) ?? 0));
      settle(fresh ? 'stored' : 'duplicate');
    } catch (error) {
      settle('failed');
      throw error;
    } finally {
      started();
    }
  }

  private reachedBy(sender: Sender): Map<Lane, number> {
    const reached = this.reached.get(sender) ?? new Map<Lane, number>();
    this.reached.set(sender, reached);
    return reached;
  }

  /** `lastSeq`: where the watermark goes afterwards. */
  private async store(batch: Batch, fresh: Fresh, alive: AbortSignal, lastSeq: number): Promise<void> {
    const { gateway, journal, lane } = batch.header;
    const { operations } = this.deps;
    const checked = this.check(batch, fresh);
    // Alerts must not wait for a telemetry store that is away; the watermark waits, so the store gets its copy.
    if (checked.events.length > 0) {
      await operations.applyEvents({ gateway, journal, lastSeq: 0, events: checked.events });
    }
    const rejected = await this.write(batch, fresh, checked, alive);
    await this.quarantine(gateway, lane, [...checked.refused, ...rejected]);
    if (lane === 'events') await operations.applyEvents({ gateway, journal, lastSeq, events: [] });
    else await operations.applyTelemetry({ gateway, journal, lane, lastSeq, machines: checked.machines });
    this.deps.metrics.blocks.inc({ lane }, checked.blocks.length);
    this.deps.metrics.lines.inc(
      { lane },
      checked.lines - rejected.reduce((sum, { count }) => sum + count, 0),
    );
  }

  /** Lines that the store will never take; the rest is durable. */
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

  /** Null if every block of it has been stored before. */
  private freshPart(batch: Batch): Fresh | null {
    const { gateway, journal, lane, blocks } = batch.header;
    const watermark = this.deps.operations.watermark(gateway, journal, lane);
    const fresh = freshBlocks(blocks, watermark);
    const { metrics } = this.deps;
    metrics.duplicateBlocks.inc({ lane }, blocks.length - (fresh?.blocks.length ?? 0));
    const gap = fresh && watermark > 0 ? fresh.blocks[0]!.seq - watermark - 1 : 0;
    if (gap < seqLeap) metrics.gapBlocks.inc({ lane }, gap);
    return fresh;
  }

  private check(batch: Batch, fresh: Fresh): Checked {
    const { gateway, lane } = batch.header;
    try {
      const raw = decodeBody(batch).subarray(fresh.skippedBytes);
      return lane === 'events'
        ? readEvents(gateway, fresh.blocks, raw)
        : this.reader(gateway, lane).read(fresh.blocks, raw);
    } catch (error) {
      if (!(error instanceof HarbingerError)) throw error;
      const refused = [wholeOf(error, batch.body)];
      return { blocks: [], raw: batch.body, untouched: false, lines: 0, refused, machines: [], events: [] };
    }
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
      await this.deps.operations.quarantine(entry, Buffer.concat(body));
      this.deps.metrics.quarantined.inc({ code }, count);
    }
  }
}

/**
 * A batch that has overtaken another one would move the watermark past it, and that one be taken for a repetition. Not
 * stored, and the connection ended, both come again in order. Batches that this connection has brought may come twice.
 * @throws HarbingerError BATCH_ORDER (retry)
 */
function checkOrder({ header }: Batch, reached: number | undefined): void {
  const { after, blocks, gateway, lane } = header;
  const isRepeated = reached !== undefined && blocks.at(-1)!.seq <= reached;
  if (after === undefined || after === reached || isRepeated) return;
  const place = reached === undefined ? 'is the first one here' : `came after block ${reached}`;
  throw new HarbingerError(
    'BATCH_ORDER',
    'ingest',
    `a batch of gateway '${gateway}', lane ${lane}, follows block ${after} and ${place}: what lies between changes the ` +
      'order of messages or loses some; MQTT keeps them in order',
    { retry: true },
  );
}

/** The batch, or why it can never be one of this gateway's lane. */
function openFrame(gateway: string, lane: Lane, frame: Buffer): Batch | HarbingerError {
  try {
    const batch = decodeBatch(frame);
    const { header } = batch;
    if (header.gateway === gateway && header.lane === lane) return batch;
    const claimed = `a batch of gateway '${header.gateway}', lane ${header.lane}`;
    return new HarbingerError(
      'BATCH_FOREIGN',
      'ingest',
      `${claimed}, came from '${gateway}' on lane ${lane}`,
    );
  } catch (error) {
    return error instanceof HarbingerError
      ? error
      : new HarbingerError('BATCH_FORMAT', 'ingest', messageOf(error));
  }
}

function wholeOf(error: HarbingerError, bytes: Buffer): Refused {
  const list = new RefusedList();
  list.add(error.code, error.message, bytes);
  return list.list()[0]!;
}
