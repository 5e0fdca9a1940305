/** The record of changes that people made by hand. */
import type { Page, PageQuery } from './page.ts';

/** A change that a person asked for. Each has two entries: when it was asked for, and when it was done. */
export interface AuditEntry {
  atMs: number;
  /** E.g. `quarantine.redrive`. */
  action: string;
  subject: string;
  /**
   * The name of the person or program that asked; of those who have none, the credential that let them in: `token`, `session` or
   * `loopback`. `job` for what was done by itself.
   */
  by: string;
  address: string;
  /** Null in the entry that records the request. */
  outcome: string | null;
}

export interface AuditLog {
  /** Durable when resolved. */
  add(entry: AuditEntry): Promise<void>;
  page(query: PageQuery): Page<AuditEntry>;
}
