import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Block } from '../ports/journal.ts';
import { eventsBlock } from './blocks.ts';

const waitingMax = 10_000;
const blockEventsMax = 500;
/** Limit of remembered ids, by which a resent event is not journalled again: about 1 MB. */
export const knownIdsMax = 8_192;

interface Waiting {
  event: HarbingerEvent;
  done(): void;
  failed(error: unknown): void;
}

/**
 * Journals each event once: a resend (from a sensor or a caller that saw no answer) is recognised by its id. Events of
 * one turn of the event loop share a block, and each caller learns when its own is durable. Bounded: beyond 10,000
 * waiting events (if the disk fails) new ones are refused, and their callers keep them.
 */
export class EventQueue {
  private readonly append: (block: Omit<Block, 'seq'>) => Promise<unknown>;
  private waiting: Waiting[] = [];
  private writing = false;
  /** By id, oldest first: a promise that resolves when the event is durable, then null. */
  private readonly known = new Map<string, Promise<void> | null>();

  constructor(append: (block: Omit<Block, 'seq'>) => Promise<unknown>) {
    this.append = append;
  }

  /** Remembers the id of an event that an earlier run journalled. */
  remember(id: string): void {
    this.note(id, null);
  }

  add(event: HarbingerEvent): Promise<void> {
    const known = this.known.get(event.id);
    if (known !== undefined) return known ?? Promise.resolve();
    if (this.waiting.length >= waitingMax)
      return Promise.reject(
        new HarbingerError('EVENTS_BUSY', 'journal', `${waitingMax} events already wait for the journal`, {
          retry: true,
        }),
      );
    const { id } = event;
    const journalled = new Promise<void>((resolve, reject) => {
      const done = () => {
        this.known.set(id, null);
        resolve();
      };
      const failed = (error: unknown) => {
        this.known.delete(id);
        reject(error);
      };
      this.waiting.push({ event, done, failed });
    });
    this.note(id, journalled);
    if (!this.writing) {
      this.writing = true;
      queueMicrotask(() => void this.write());
    }
    return journalled;
  }

  private note(id: string, journalled: Promise<void> | null): void {
    for (const oldest of this.known.keys()) {
      if (this.known.size < knownIdsMax) break;
      this.known.delete(oldest);
    }
    this.known.set(id, journalled);
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, blockEventsMax);
      try {
        await this.append(eventsBlock(group.map(({ event }) => event)));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.writing = false;
  }
}
