/**
 * Lines of Modbus (shared/modbus/line): a connection on which one request is under way at a time. rtu-line.ts is for
 * serial lines, and for TCP that carries their frames; tcp-line.ts for Modbus TCP. When to ask what is not decided here.
 */
import type { ReadRequest } from '../frames/request.ts';

/** How a request ended. */
export type Outcome =
  | { kind: 'data'; data: Buffer }
  | { kind: 'exception'; code: number }
  /** Nothing came until the time-out. */
  | { kind: 'silent' }
  /** Something came, and no answer was found in it. */
  | { kind: 'damaged'; bytes: number }
  /** The line never became still, so nothing was sent. */
  | { kind: 'busy' }
  /** The connection ended meanwhile. */
  | { kind: 'closed' };

export interface LineCounts {
  requests: number;
  /** Bytes that belonged to no answer, and answers that came too late. */
  strayBytes: number;
}

export interface Line {
  readonly counts: LineCounts;
  /** Resolves with the reason when the connection has ended. */
  readonly gone: Promise<string>;
  /**
   * False while an answer to it could be taken for a late one to an earlier request. Another request to this unit, whose
   * answer has another length or function, ends that.
   */
  isTrusted(request: ReadRequest): boolean;
  /** Sends a request and waits for its answer. Never rejects. Only when the request before has ended. */
  request(request: ReadRequest, timeoutMs: number): Promise<Outcome>;
  close(): Promise<void>;
}
