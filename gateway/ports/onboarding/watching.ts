/** Watching what arrives at a gateway, and what happens to it. */
export interface WatchedValue {
  sensor: string;
  value: number | string | boolean;
  unit?: string;
}

/** A message, or one reading of several, and what happened to it. */
export interface WatchedLine {
  atMs: number;
  topic: string;
  /** MQTT client id, or the name of the port or line. */
  client: string;
  /**
   * stored: it is a reading, and on disk before it is acknowledged; resend: it was stored before; again: a retained message that
   * came once more; refused: it is a dead letter, or one of its values is; ignored: people have said not to keep it; changed:
   * the message is about the machine itself.
   */
  outcome: 'stored' | 'resend' | 'again' | 'refused' | 'ignored' | 'changed';
  /** `site/machine`, if it is known. */
  machine?: string;
  machineType?: string;
  /** Under which time it is stored, ms since 1970. */
  timeMs?: number;
  values?: WatchedValue[];
  /** Values beyond those that are shown. */
  more?: number;
  /** Fields that the machine type does not have; their number, where their names are not known. */
  passedOver?: string[] | number;
  code?: string;
  why?: string;
  /** The beginning of a message that was refused. */
  payload?: string;
}

export interface WatchedBatch {
  lines: WatchedLine[];
  /** Lines that were not kept, because there were more than a watcher gets, or it was too slow. */
  lost: number;
}

export interface WatchAdmin {
  /** @throws HarbingerError WATCH_FILTER, WATCH_FULL */
  open(filter: string): Promise<number>;
  /** Null for a watcher that was left alone for too long. */
  take(id: number): Promise<WatchedBatch | null>;
  close(id: number): Promise<void>;
}
