/** A block: a micro-batch encoded once. What is journalled is what is sent. */
export interface Block {
  seq: number;
  codec: 'identity' | 'gzip';
  lines: number;
  /** Length of the decoded body. */
  rawBytes: number;
  body: Buffer;
  /** Kept on this disk only, never sent: e.g. recent identities for recognising resends after a restart. */
  local: Buffer;
  /** A random number that names the opening of the journal that wrote the block; set by the journal. 0: the block is older than this field. */
  run?: number;
}

/** A block of one journal instance. A consumer that has learnt from all blocks up to one knows which blocks are new. */
export interface BlockPosition {
  journal: string;
  seq: number;
}

/** One lane's durable log. */
export interface Journal {
  readonly lane: string;
  /** Random name of this journal instance, 16 hex digits; new when the disk is new. */
  readonly id: string;
  /** Resolves with the block's sequence number once it is synced to disk. Rejects (JOURNAL_*) if it cannot be. */
  append(block: Omit<Block, 'seq'>): Promise<number>;
  /** Durable blocks after `afterSeq`, in order, about `maxBytes` of encoded bodies (at least one block if any). */
  read(afterSeq: number, maxBytes: number): Promise<Block[]>;
  /** Resolves when a block after `afterSeq` is durable, or `signal` aborts. */
  waitFor(afterSeq: number, signal: AbortSignal): Promise<void>;
  cursor(consumer: string): Cursor;
  stats(): JournalStats;
}

/** How far a consumer has come. Losing a cursor's last moves only re-reads blocks, which every consumer survives. */
export interface Cursor {
  readonly seq: number;
  advance(seq: number): void;
}

export interface JournalStats {
  lane: string;
  firstSeq: number;
  lastSeq: number;
  bytes: number;
  bytesMax: number;
  /** Blocks, lines and bytes a consumer had not read when they were dropped to make room, since the journal began. */
  dropped: { blocks: number; lines: number; bytes: number };
  /** Bytes handed to the file system since start, and syncs: for write amplification. */
  writtenBytes: number;
  syncs: number;
  oldestMs: number | null;
}
