import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import { exchangeLimits } from '../../../shared/contract/fleet/exchange.ts';
import type { DocumentReported } from '../../../shared/contract/fleet/reported.ts';
import { newSecret } from '../../../shared/security/secret.ts';
import type { FleetStore, ReportedDocument } from '../../ports/fleet/fleet.ts';
import type { Place } from '../../ports/operations.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';
import { isBehind } from '../machines/place.ts';
import { TrialTable } from './trial-table.ts';

/** Removed documents are kept for gateways that are away; beyond so many, the longest removed are forgotten. */
const removedMax = 2_000;

interface ReportedRow extends Omit<ReportedDocument, 'gateway'> {
  place?: Place | undefined;
}

interface Notes {
  secret?: string;
  forgottenVersion?: number;
}

/**
 * Documents that people want of gateways, and what these have reported of them. Change it only inside a transaction; `put` makes
 * its own.
 */
export class FleetTables {
  private readonly desired: CachedTable<DesiredDocument>;
  /** By gateway and document. */
  private readonly reports: CachedTable<ReportedRow>;
  private readonly notes: CachedTable<Notes>;
  /** Figures of versions of models that are tried. */
  readonly trials: TrialTable;
  private readonly newSecret = newSecret(32);

  constructor(store: Store) {
    this.desired = new CachedTable(store, 'fleet.desired');
    this.reports = new CachedTable(store, 'fleet.reported');
    this.notes = new CachedTable(store, 'fleet.notes');
    this.trials = new TrialTable(store);
  }

  /** After a failed transaction. */
  reload(): void {
    this.desired.reload();
    this.reports.reload();
    this.notes.reload();
    this.trials.reload();
  }

  /** An event may arrive again after a later one. */
  report(
    gateway: string,
    said: DocumentReported,
    { atMs, place }: { atMs: number; place?: Place | undefined },
  ): void {
    const key = reportKey(gateway, keyOf(said));
    const known = this.reports.get(key);
    if (known ? !isBehind(place, known.place) && known.atMs > atMs : this.isFull(gateway)) return;
    const { version, state, problem, clock } = said;
    this.reports.put(key, {
      ...{ version, state, atMs, place },
      ...(problem !== undefined && { problem }),
      ...(clock !== undefined && { clock }),
    });
  }

  storeOf(transaction: (change: () => void) => Promise<void>): FleetStore {
    const tables = this;
    return {
      get secret() {
        const kept = tables.noted.secret;
        return kept === undefined ? tables.newSecret : Buffer.from(kept, 'base64');
      },
      get forgottenVersion() {
        return tables.noted.forgottenVersion ?? 0;
      },
      get: (key) => this.desired.get(key),
      all: () => [...this.desired.values()],
      reported: (key) => this.reportedOf(key),
      compared: () => this.trials.all(),
      put: (documents) => transaction(() => this.put(documents)),
    };
  }

  private get noted(): Notes {
    return this.notes.get('notes') ?? {};
  }

  private put(documents: readonly DesiredDocument[]): void {
    // Before the first document, so that none has a seal that is forgotten.
    if (this.noted.secret === undefined)
      this.notes.put('notes', { ...this.noted, secret: this.newSecret.toString('base64') });
    for (const document of documents) this.desired.put(keyOf(document), document);
    const removed = [...this.desired.values()].filter((document) => document.removed);
    const over = removed
      .sort((a, b) => a.version - b.version)
      .slice(0, Math.max(0, removed.length - removedMax));
    for (const document of over) {
      this.desired.remove(keyOf(document));
      for (const key of [...this.reports.entries()].map(([key]) => key))
        if (key.endsWith(` ${keyOf(document)}`)) this.reports.remove(key);
    }
    const forgottenVersion = Math.max(this.noted.forgottenVersion ?? 0, over.at(-1)?.version ?? 0);
    if (over.length > 0) this.notes.put('notes', { ...this.noted, forgottenVersion });
  }

  private reportedOf(key: string): ReportedDocument[] {
    const found: ReportedDocument[] = [];
    for (const [each, { place: _, ...row }] of this.reports.entries()) {
      const at = each.indexOf(' ');
      if (each.slice(at + 1) === key) found.push({ gateway: each.slice(0, at), ...row });
    }
    return found;
  }

  private isFull(gateway: string): boolean {
    let count = 0;
    for (const [key] of this.reports.entries()) if (key.startsWith(`${gateway} `)) count++;
    return count >= exchangeLimits.haveMax;
  }
}

function reportKey(gateway: string, key: string): string {
  return `${gateway} ${key}`;
}
