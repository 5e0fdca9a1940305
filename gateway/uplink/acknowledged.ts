import type { Lane } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { BatchRefused, type CloudLink } from '../ports/uplink.ts';

/** One connection, as the lanes share it. */
export interface Connection {
  link: CloudLink;
  /** Aborted when the connection has ended. */
  ended: AbortSignal;
  /** When the cloud last answered for a batch of any lane, in ms of the monotonic clock. */
  answeredMs: number;
}

/**
 * Sends a frame, and resolves when the cloud has confirmed it. When `signal` aborts, it is forgotten.
 * @throws BatchRefused; HarbingerError UPLINK_SILENT after `ackMsMax`, and what the link throws
 */
export function acknowledged(
  connection: Connection,
  lane: Lane,
  frame: Buffer,
  { ackMsMax, clock, signal }: { ackMsMax: number; clock: Clock; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('the connection ended'));
    const timer = clock.setTimer(ackMsMax, () => {
      const message = `the cloud did not confirm a batch within ${ackMsMax} ms`;
      reject(new HarbingerError('UPLINK_SILENT', 'uplink', message, { retry: true }));
    });
    const onAbort = () => reject(new Error('the connection ended'));
    signal.addEventListener('abort', onAbort, { once: true });
    const answered = () => {
      connection.answeredMs = clock.monotonicMs();
    };
    connection.link
      .send(lane, frame, signal)
      .then(
        () => {
          answered();
          resolve();
        },
        (error) => {
          if (error instanceof BatchRefused) answered();
          reject(error);
        },
      )
      .finally(() => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
      });
  });
}
