/** Data thread: the events that originate in this thread. */
import { createHash } from 'node:crypto';
import { newEvent } from '../../shared/contract/envelope.ts';
import type { HarbingerEvent, JournalLoss } from '../../shared/contract/events.ts';
import type { LifecycleNotice } from '../ports/watch.ts';

/** Derives the id from the content of the event, so that a repeated report yields the same event. */
function eventId(type: string, identity: string): string {
  return createHash('sha256').update(`${type}/${identity}`).digest('hex').slice(0, 32);
}

/**
 * Reports that a machine failed or was replaced. The `eventId` of the notice is equal when the same change is resent.
 */
export function lifecycleEvent(
  gateway: string,
  { state, about, atMs, eventId: identity }: LifecycleNotice & { eventId: string },
): HarbingerEvent {
  const type = `io.harbinger.machine.${state}.v1` as const;
  const subject = `${about.site}/${about.machine}`;
  return newEvent(type, { gateway, id: eventId(type, identity), timeMs: atMs, subject }, about);
}

/** Reports that data of the journal were lost. */
export function lossEvent(
  gateway: string,
  identity: string,
  timeMs: number,
  loss: JournalLoss,
): HarbingerEvent {
  const type = 'io.harbinger.journal.loss.v1';
  return newEvent(type, { gateway, id: eventId(type, identity), timeMs }, loss);
}
