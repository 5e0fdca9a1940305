/** Quarantine: content from gateways that can never be stored, kept so that a person can look at it and redrive it. */
import type { Page, PageQuery } from './page.ts';

/** A batch, or lines of one, that cannot be stored. */
export interface Quarantined {
  id: number;
  atMs: number;
  gateway: string;
  lane: string;
  code: string;
  reason: string;
  /** Size of the refused content; only its beginning is kept as the body. */
  bytes: number;
}

/** Receives the content that the sink cannot store. */
export interface QuarantineIntake {
  /** Durable when resolved. */
  add(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void>;
}

export interface QuarantineEntries {
  /** Newest first; `query.subject` is a gateway. */
  page(query: PageQuery): Page<Quarantined>;
  /** The entry with the kept part of its body: the first 64 KiB. */
  get(id: number): { entry: Quarantined; body: Buffer } | null;
  remove(id: number): Promise<void>;
  count(): number;
}
