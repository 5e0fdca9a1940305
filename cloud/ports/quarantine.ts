/** Quarantine: what gateways sent and can never be stored, kept so that a person can look at it and redrive it. */
import type { Page, PageQuery } from './page.ts';

/** A batch, or lines of one, that cannot be stored. */
export interface Quarantined {
  id: number;
  atMs: number;
  gateway: string;
  lane: string;
  code: string;
  reason: string;
  /** Size of what was refused; of its body the beginning is kept. */
  bytes: number;
}

/** Where the sink puts what it cannot store. */
export interface QuarantineIntake {
  /** Durable when resolved. */
  add(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void>;
}

export interface QuarantineEntries {
  /** Newest first; `query.subject` is a gateway. */
  page(query: PageQuery): Page<Quarantined>;
  /** With what was kept of its body: the first 64 KiB. */
  get(id: number): { entry: Quarantined; body: Buffer } | null;
  remove(id: number): Promise<void>;
  count(): number;
}
