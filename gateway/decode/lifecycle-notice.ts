import { randomUUID } from 'node:crypto';
import type { Lifecycle } from '../../shared/contract/events.ts';
import type { DecodedChange } from '../ports/decode.ts';
import type { LifecycleNotice } from '../ports/watch.ts';
import type { MachineSchema } from './machines/machine-schema.ts';

/** People may tell of what was long ago, but not before there were such gateways, nor of what is to come. */
const believedFromMs = Date.UTC(2001, 0);
const aheadMsMax = 86_400_000;

/**
 * The notice of a change; the same change sent again has the same `eventId`. A time that cannot be is taken for a clock
 * that is wrong: the time of arrival is used.
 */
export function lifecycleNotice(
  { site, machine, type }: MachineSchema,
  { state, note, time, identity = randomUUID() }: DecodedChange['lifecycle'],
  receivedMs: number,
): LifecycleNotice & { eventId: string } {
  const about: Lifecycle = { site, machine, machineType: type.name };
  if (note !== undefined) about.note = note;
  const isBelieved = time && time.ms >= believedFromMs && time.ms <= receivedMs + aheadMsMax;
  return {
    state,
    about,
    eventId: `${site}/${machine}/${state}/${identity}`,
    atMs: isBelieved ? time.ms : receivedMs,
  };
}
