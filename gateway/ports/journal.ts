/** A block: a micro-batch encoded once. The journalled bytes are the bytes that are sent. */
export interface Block {
  seq: number;
  codec: 'identity' | 'gzip';
  lines: number;
  /** Length of the decoded body. */
  rawBytes: number;
  body: Buffer;
  /** Stored on this disk only, never sent; e.g. recent identities, by which resends are recognised after a restart. */
  local: Buffer;
  /**
   * A random number that identifies the opening of the journal that wrote the block; set by the journal. 0 if the block
   * is older than this field.
   */
  run?: number;
}

/** A block of one journal. A consumer that has learnt from all blocks up to one can tell which blocks are new. */
export interface BlockPosition {
  journal: string;
  seq: number;
}

/** The gateway that a journal belongs to. Its blocks name it, and the cloud takes them only under this name. */
export interface JournalOwner {
  name: string;
  /** By lane: the last block that was written under an earlier name. The cloud has it, and all before it. */
  since: Readonly<Record<string, number>>;
}

/** The durable log of one lane. */
export interface Journal {
  readonly lane: string;
  /** Random id of this journal, 16 hex digits; new if the disk is new. */
  readonly id: string;
  /** Resolves with the block's sequence number once it is synced to disk. Rejects (JOURNAL_*) if it cannot be. */
  append(block: Omit<Block, 'seq'>): Promise<number>;
  /**
   * Returns durable blocks after `afterSeq`, in order, with about `maxBytes` of encoded bodies (at least one block if
   * there is any).
   */
  read(afterSeq: number, maxBytes: number): Promise<Block[]>;
  /** Resolves when a block after `afterSeq` is durable, or `signal` aborts. */
  waitFor(afterSeq: number, signal: AbortSignal): Promise<void>;
  cursor(consumer: string): Cursor;
  stats(): JournalStats;
}

/**
 * The position of a consumer. Losing a cursor's last moves only leads to blocks being read again, which every consumer
 * tolerates.
 */
export interface Cursor {
  readonly seq: number;
  advance(seq: number): void;
  /** Makes the moves so far durable, instead of within about a second. @throws system errors */
  flush(): Promise<void>;
}

export interface JournalStats {
  lane: string;
  firstSeq: number;
  lastSeq: number;
  bytes: number;
  bytesMax: number;
  /**
   * Blocks, lines and bytes that a consumer had not read when they were dropped to make room, since the journal was
   * created.
   */
  dropped: { blocks: number; lines: number; bytes: number };
  /** Bytes passed to the file system since the start, and syncs: for write amplification. */
  writtenBytes: number;
  syncs: number;
  oldestMs: number | null;
  /** Why nothing is appended: the newest file of the lane was deleted or replaced. Null if it is in its place. */
  removed: string | null;
}
