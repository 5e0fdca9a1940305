/**
 * The interfaces between the gateway's rooms, one file a seam. A room imports its own files, this folder and shared/, and
 * never another room; gateway.ts, data-plane.ts and pipeline.ts put the rooms together. This folder holds types alone.
 *
 * Three threads: main (broker, serial, windows, decisions, HTTP), data (decode → contract → journal → uplink), model
 * (inference). A reading's way: Source → Intake ⇒ data thread: Decoder → contract → Journal → ack ⇒ main: windows.
 */

/** One message as it came in, before anything is known about it. */
export interface RawMessage {
  topic: string;
  /** Lent for the call: a receiver that keeps it longer copies it. */
  payload: Buffer;
  /** MQTT client id, or the name of the serial port. */
  client: string;
  receivedMs: number;
  /** The sender says it may have sent this before (MQTT's DUP). */
  resend: boolean;
}

/** Where sources hand in messages. Bounded: while it is full, `accept` holds its answer back. */
export interface Intake {
  /**
   * `settled` is the acknowledgement: called without an error when the message is on disk (as a reading, or as a dead
   * letter), with one when it could not be put there. Called exactly once.
   */
  accept(message: RawMessage, settled: (error?: Error) => void): void;
}

/** A way for messages to come in: the MQTT broker, a serial port. */
export interface Source {
  start(): Promise<void>;
  /** Stops accepting, waits for what is accepted to settle (bounded), closes. */
  stop(): Promise<void>;
}
