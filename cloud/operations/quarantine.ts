import { Type } from '@sinclair/typebox';
import type { Database } from 'lmdb';
import { reportOf } from '../../shared/parts/statistics.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import type { Quarantined } from '../ports/quarantine.ts';
import { BoundedLog, type BoundedLogOptions } from './bounded-log.ts';
import type { Store } from './database.ts';

/** How much is kept of each body. */
const bodyBytesMax = 64 << 10;

/** Entries with the beginning of their bodies. Change it only inside a transaction. */
export class Quarantine {
  private readonly entries: BoundedLog<Quarantined>;
  private readonly bodies: Database<Buffer, number>;

  constructor(store: Store, options: Omit<BoundedLogOptions, 'onRemoved'>) {
    this.bodies = store.binary('quarantine.bodies');
    const onRemoved = (seq: number) => void this.bodies.remove(seq);
    this.entries = new BoundedLog(store, 'quarantine', { ...options, onRemoved });
  }

  add(entry: Omit<Quarantined, 'id'>, body: Buffer): void {
    const id = this.entries.nextSeq();
    const kept = body.subarray(0, bodyBytesMax);
    this.bodies.put(id, kept);
    this.entries.add({ id, ...entry }, { subject: entry.gateway, bytes: kept.length });
  }

  get(id: number): { entry: Quarantined; body: Buffer } | null {
    const entry = this.entries.get(id);
    return entry ? { entry, body: Buffer.from(this.bodies.get(id) ?? []) } : null;
  }

  remove(id: number): void {
    this.entries.remove(id);
  }

  /** `query.subject` is a gateway. */
  page(query: PageQuery): Page<Quarantined> {
    return this.entries.page(query);
  }

  count(): number {
    return this.entries.count();
  }
}

/** `quarantined`: entries put aside. */
export const quarantineReport = reportOf<{ quarantined: number }>()({
  name: 'Quarantine',
  statistics: {
    harbinger_quarantine_entries: { type: 'gauge', help: 'Quarantined entries, which could not be stored' },
  },
  status: { quarantined: Type.Integer({ minimum: 0 }) },
  samples: ({ quarantined }) => ({ harbinger_quarantine_entries: quarantined }),
});
