import { addLost, type Lost } from '../../../shared/bounds/drop-notes.ts';
import { Shares } from '../../../shared/bounds/shares.ts';
import type { Page, PageQuery } from '../../ports/page.ts';
import type { DropReason, Quarantined } from '../../ports/quarantine.ts';
import { BoundedLog, type BoundedLogOptions } from '../bounded-log.ts';
import type { Store, Table } from '../database.ts';
import type { AddedBefore } from '../record-ages.ts';

interface Known {
  path: [gateway: string, code: string];
  bytes: number;
}

/** Sizes and sources of the entries, kept in memory to find the one that goes. */
interface Contents {
  shares: Shares;
  known: Map<number, Known>;
}

/** Entries that an addition has dropped, and one of them. */
export interface QuarantineLoss {
  lost: Lost<DropReason>;
  example: Omit<Quarantined, 'id'> | null;
}

export interface QuarantineOptions extends Pick<BoundedLogOptions, 'onDamaged' | 'stampMs'> {
  countMax: number;
  bytesMax: number;
}

/**
 * Entries with their bodies, whole. When there is too much, the gateway that has most loses its oldest entry of the
 * code of which it has most; nobody else loses any. Change it only inside a transaction.
 */
export class QuarantineList {
  private readonly entries: BoundedLog<Quarantined>;
  private readonly bodies: Table<Buffer, number>;
  private readonly countMax: number;
  private readonly bytesMax: number;
  private contents: Contents | null = null;

  constructor(store: Store, { countMax, bytesMax, ...options }: QuarantineOptions) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
    this.bodies = store.binary('quarantine.bodies');
    this.entries = new BoundedLog(store, 'quarantine', {
      countMax: Number.MAX_SAFE_INTEGER,
      onRemoved: (seq) => void this.bodies.remove(seq),
      ...options,
    });
  }

  add(entry: Omit<Quarantined, 'id'>, body: Buffer): QuarantineLoss {
    const loss: QuarantineLoss = { lost: new Map(), example: null };
    if (body.length > this.bytesMax) {
      addLost(loss.lost, 'size', { count: 1, bytes: body.length });
      return { ...loss, example: entry };
    }
    const { shares, known } = this.loaded();
    const id = this.entries.nextSeq();
    this.bodies.put(id, body);
    this.entries.add({ id, ...entry }, { subject: entry.gateway, bytes: body.length });
    this.learn(id, entry, body.length);
    while (shares.count > this.countMax || shares.bytes > this.bytesMax) {
      const reason = shares.count > this.countMax ? 'count' : 'bytes';
      const gone = shares.oldestOfLargest(reason)!;
      loss.example ??= this.entries.get(gone) ?? null;
      addLost(loss.lost, reason, { count: 1, bytes: known.get(gone)!.bytes });
      this.remove(gone);
    }
    return loss;
  }

  /** The ids of entries that were added before, oldest first. */
  addedBefore(added: AddedBefore): Iterable<number> {
    return this.entries.seqsAddedBefore(added);
  }

  /** Bytes of the body. */
  bytesOf(id: number): number {
    return this.loaded().known.get(id)?.bytes ?? 0;
  }

  get(id: number): { entry: Quarantined; body: Buffer } | null {
    const entry = this.entries.get(id);
    return entry ? { entry, body: Buffer.from(this.bodies.get(id) ?? []) } : null;
  }

  remove(id: number): void {
    const { shares, known } = this.loaded();
    this.entries.remove(id);
    const { path, bytes } = known.get(id) ?? { path: [], bytes: 0 };
    shares.remove(path, id, bytes);
    known.delete(id);
  }

  /** Forgets what is known in memory, after a change was not taken. It is read again with the next one. */
  reload(): void {
    this.contents = null;
  }

  /** `query.subject` is a gateway. */
  page(query: PageQuery): Page<Quarantined> {
    return this.entries.page(query);
  }

  counts(): { quarantined: number; quarantinedBytes: number } {
    const { shares } = this.loaded();
    return { quarantined: shares.count, quarantinedBytes: shares.bytes };
  }

  private loaded(): Contents {
    if (this.contents) return this.contents;
    const contents = { shares: new Shares(2), known: new Map() };
    this.contents = contents;
    for (const { seq, value, bytes } of this.entries.entries()) this.learn(seq, value, bytes);
    return contents;
  }

  private learn(id: number, about: Pick<Quarantined, 'gateway' | 'code'> | undefined, bytes: number): void {
    const path: Known['path'] = [about?.gateway ?? '', about?.code ?? ''];
    this.contents?.known.set(id, { path, bytes });
    this.contents?.shares.add(path, id, bytes);
  }
}
