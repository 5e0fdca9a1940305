/** The record of changes that people made by hand. */
import type { Page, PageQuery } from './page.ts';

/** A change that a person asked for. Each has two entries: when it was asked for, and when it was done. */
export interface AuditEntry {
  atMs: number;
  /** E.g. `quarantine.redrive`. */
  action: string;
  subject: string;
  /** The credential that let the caller in. */
  by: 'token' | 'session' | 'loopback' | 'job';
  address: string;
  /** Null in the entry that records the request. */
  outcome: string | null;
}

export interface AuditLog {
  /** Durable when resolved. */
  add(entry: AuditEntry): Promise<void>;
  page(query: PageQuery): Page<AuditEntry>;
}
