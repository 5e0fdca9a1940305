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
  /** Size of the refused content. Earlier versions kept only its first 64 KiB. */
  bytes: number;
}

/**
 * Why entries were dropped without being asked for: there were too many, they took too much space, they were too old,
 * or one alone is larger than the space for all.
 */
export type DropReason = 'count' | 'bytes' | 'age' | 'size';

export interface QuarantineCounts {
  quarantined: number;
  quarantinedBytes: number;
  /** Entries dropped since the start. */
  quarantineDropped: Record<DropReason, number>;
}

/** Receives the content that the sink cannot store. */
export interface QuarantineIntake {
  /** Durable when resolved. Where there is too much, the oldest of the gateway that has most goes. */
  add(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void>;
}

export interface QuarantineEntries {
  /** Newest first; `query.subject` is a gateway. */
  page(query: PageQuery): Page<Quarantined>;
  /** The entry with its body. */
  get(id: number): { entry: Quarantined; body: Buffer } | null;
  remove(id: number): Promise<void>;
  counts(): QuarantineCounts;
}
