import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Sender } from '../ports/log.ts';

interface Line {
  tail: Promise<unknown>;
  length: number;
}

/**
 * Runs the tasks of one key one after the other, in order of arrival, and the tasks of different keys in parallel. A
 * task that fails gives its sender up before the next one starts, unless the sender survives that error, and tasks of a
 * sender that was given up do not start: within a lane nothing overtakes a batch that failed. A key with `waitingMax` tasks refuses further ones.
 */
export class LaneQueues {
  private readonly lines = new Map<string, Line>();
  private readonly waitingMax: number;

  constructor(waitingMax: number) {
    this.waitingMax = waitingMax;
  }

  /** @throws HarbingerError INGEST_OVERLOADED, CONNECTION_GONE (both retry), and what `task` throws */
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
        if (!sender.survives(error)) sender.giveUp(error instanceof Error ? error : new Error(String(error)));
        throw error;
      } finally {
        if (--line.length === 0) this.lines.delete(key);
      }
    });
    line.tail = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when every task that is queued now has settled. */
  async idle(): Promise<void> {
    await Promise.all([...this.lines.values()].map((line) => line.tail));
  }

  /** Number of tasks that have not settled. */
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
