import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Block } from '../ports.ts';
import { eventsBlock } from './blocks.ts';

const waitingMax = 10_000;
const blockEventsMax = 500;

interface Waiting {
  event: HarbingerEvent;
  done(): void;
  failed(error: unknown): void;
}

/**
 * Journals events: those of one turn share a block, and each caller learns when its own is durable. Bounded: beyond
 * 10,000 waiting ones (the disk does not take them) a new one is refused, and its caller keeps it.
 */
export class EventQueue {
  private readonly append: (block: Omit<Block, 'seq'>) => Promise<unknown>;
  private waiting: Waiting[] = [];
  private writing = false;

  constructor(append: (block: Omit<Block, 'seq'>) => Promise<unknown>) {
    this.append = append;
  }

  add(event: HarbingerEvent): Promise<void> {
    if (this.waiting.length >= waitingMax)
      return Promise.reject(
        new HarbingerError('EVENTS_BUSY', 'journal', `${waitingMax} events already wait for the journal`, {
          retry: true,
        }),
      );
    return new Promise((done, failed) => {
      this.waiting.push({ event, done, failed });
      if (!this.writing) {
        this.writing = true;
        queueMicrotask(() => void this.write());
      }
    });
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
