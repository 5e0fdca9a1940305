/**
 * Quarantine (cloud/operations/quarantine): lines of gateways that were acknowledged and can never be stored, kept whole
 * within bounds until a person sends them again. Here: its port, the count of what was dropped, and its report.
 */
import { Type } from '@sinclair/typebox';
import { DropNotes } from '../../../shared/bounds/drop-notes.ts';
import { reportOf } from '../../../shared/parts/statistics.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Page, PageQuery } from '../../ports/page.ts';
import type {
  DropReason,
  QuarantineCounts,
  Quarantined,
  QuarantineEntries,
  QuarantineIntake,
} from '../../ports/quarantine.ts';
import type { AddedBefore, AgedList } from '../record-ages.ts';
import type { QuarantineList } from './quarantine-list.ts';

export interface QuarantineDeps {
  /** Resolves when the change is durable. */
  transaction<T>(change: () => T): Promise<T>;
  clock: Clock;
  log: Log;
}

const dropTexts: Record<DropReason, string> = {
  count:
    'quarantined lines were dropped, the oldest of the gateway that has most: there are more than operations.quarantineMax',
  bytes:
    'quarantined lines were dropped, the oldest of the gateway that has most: they take more than operations.quarantineBytesMax',
  age: 'quarantined lines were dropped: they are older than operations.quarantineDaysMax',
  size: 'lines were not kept in quarantine: they alone take more than operations.quarantineBytesMax',
};

export class Quarantine implements QuarantineIntake, QuarantineEntries, AgedList {
  private readonly list: QuarantineList;
  private readonly deps: QuarantineDeps;
  private readonly notes: DropNotes<DropReason>;
  private readonly dropped: Record<DropReason, number> = { count: 0, bytes: 0, age: 0, size: 0 };

  constructor(list: QuarantineList, deps: QuarantineDeps) {
    this.list = list;
    this.deps = deps;
    this.notes = new DropNotes(deps.clock, deps.log, dropTexts);
  }

  async add(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void> {
    const { lost, example } = await this.deps.transaction(() => this.list.add(entry, body));
    for (const [reason, { count }] of lost) this.dropped[reason] += count;
    this.notes.note(lost, example && aboutLines(example));
  }

  get(id: number): { entry: Quarantined; body: Buffer } | null {
    return this.list.get(id);
  }

  page(query: PageQuery): Page<Quarantined> {
    return this.list.page(query);
  }

  remove(id: number): Promise<void> {
    return this.deps.transaction(() => this.list.remove(id));
  }

  *old(added: AddedBefore): Generator<() => void> {
    for (const id of this.list.addedBefore(added)) {
      yield () => {
        const lost = { count: 1, bytes: this.list.bytesOf(id) };
        const entry = this.list.get(id)?.entry;
        this.list.remove(id);
        this.dropped.age += 1;
        this.notes.note(new Map([['age', lost]]), entry ? aboutLines(entry) : null);
      };
    }
  }

  counts(): QuarantineCounts {
    return { ...this.list.counts(), quarantineDropped: { ...this.dropped } };
  }

  /** Says what it has dropped and not said yet. */
  stop(): void {
    this.notes.stop();
  }
}

function aboutLines({ gateway, lane, code, reason, atMs }: Omit<Quarantined, 'id'>): object {
  return { gateway, lane, code, reason: reason.slice(0, 200), at: new Date(atMs).toISOString() };
}

const Count = Type.Integer({ minimum: 0 });

export const quarantineReport = reportOf<QuarantineCounts>()({
  name: 'Quarantine',
  statistics: {
    harbinger_quarantine_entries: { type: 'gauge', help: 'Quarantined entries, which could not be stored' },
    harbinger_quarantine_bytes: { type: 'gauge', help: 'Bytes of the quarantined content' },
    harbinger_quarantine_dropped_total: {
      type: 'counter',
      help: 'Quarantined entries dropped: too many (`count`), too many bytes (`bytes`), too old (`age`), one alone too large (`size`)',
      labels: ['reason'],
    },
  },
  status: {
    quarantined: Count,
    quarantinedBytes: Count,
    quarantineDropped: Type.Object({ count: Count, bytes: Count, age: Count, size: Count }),
  },
  samples: ({ quarantined, quarantinedBytes, quarantineDropped }) => ({
    harbinger_quarantine_entries: quarantined,
    harbinger_quarantine_bytes: quarantinedBytes,
    harbinger_quarantine_dropped_total: Object.entries(quarantineDropped).map(([reason, value]) => ({
      value,
      labels: { reason },
    })),
  }),
});
