import { HarbingerError } from '../../shared/runtime/errors.ts';

/** Where a batch came from. Once one of its batches has failed, those behind it must not be stored before it. */
export interface Sender {
  /** Aborted when the connection is gone, or given up. */
  readonly signal: AbortSignal;
  /** Gives the connection up, without an acknowledgement for anything it still has under way. */
  giveUp(error: Error): void;
}

interface Line {
  tail: Promise<unknown>;
  length: number;
}

/**
 * Runs tasks of one key one after the other, in order of arrival, and those of different keys side by side. A task that
 * fails gives its sender up before the next one begins, and tasks of a sender that was given up are not begun: so within
 * a lane nothing overtakes what failed. Bounded: beyond `waitingMax` a key turns its tasks away.
 */
export class LaneQueues {
  private readonly lines = new Map<string, Line>();
  private readonly waitingMax: number;

  constructor(waitingMax: number) {
    this.waitingMax = waitingMax;
  }

  run(key: string, sender: Sender, task: () => Promise<void>): Promise<void> {
    const line = this.lines.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= this.waitingMax) {
      const error = new HarbingerError(
        'INGEST_OVERLOADED',
        'ingest',
        `${line.length} batches of ${key} wait already`,
        {
          retry: true,
        },
      );
      sender.giveUp(error);
      return Promise.reject(error);
    }
    this.lines.set(key, line);
    line.length++;
    const turn = line.tail.then(async () => {
      try {
        if (sender.signal.aborted) throw connectionGone();
        await task();
      } catch (error) {
        sender.giveUp(error instanceof Error ? error : new Error(String(error)));
        throw error;
      } finally {
        if (--line.length === 0) this.lines.delete(key);
      }
    });
    line.tail = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when everything that is queued now has had its turn. */
  async idle(): Promise<void> {
    await Promise.all([...this.lines.values()].map((line) => line.tail));
  }

  get waiting(): number {
    return [...this.lines.values()].reduce((sum, line) => sum + line.length, 0);
  }
}

function connectionGone(): HarbingerError {
  return new HarbingerError(
    'CONNECTION_GONE',
    'ingest',
    'the connection was closed before the batch was stored',
    {
      retry: true,
    },
  );
}
