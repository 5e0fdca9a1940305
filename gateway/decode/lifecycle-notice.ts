import type { Lifecycle } from '../../shared/contract/events.ts';
import { type Random, randomHex } from '../../shared/runtime/random.ts';
import type { DecodedChange, DecodedMaintenance } from '../ports/decode.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { RawMessage } from '../ports/source.ts';
import type { LifecycleNotice } from '../ports/watch.ts';
import type { MachineSchema } from './machines/machine-schema.ts';

/** People may report changes of long ago, but none before such gateways existed, and none of the future. */
const believedFromMs = Date.UTC(2001, 0);
const aheadMsMax = 86_400_000;

/**
 * Builds the notice of a change; a resend of the change has the same `eventId`. An impossible time is attributed to a
 * wrong clock, and the time of arrival is used.
 */
export function lifecycleNotice(
  { site, machine, type }: MachineSchema,
  { state, note, time, identity }: DecodedChange['lifecycle'],
  { receivedMs, letter }: Pick<RawMessage, 'receivedMs' | 'letter'>,
  random: Random,
): LifecycleNotice & { eventId: string } {
  const about: Lifecycle = { site, machine, machineType: type.name };
  if (note !== undefined) about.note = note;
  const isBelieved = time && time.ms >= believedFromMs && time.ms <= receivedMs + aheadMsMax;
  if (!isBelieved && letter === undefined) about.isByArrival = true;
  return {
    state,
    about,
    eventId: `${site}/${machine}/${state}/${identity ?? letter ?? randomHex(random, 16)}`,
    atMs: isBelieved ? time.ms : receivedMs,
  };
}

/** Builds the report of a message about the maintenance of a machine; one with the same identity is about the same window. */
export function maintenanceReport(
  { site, machine }: MachineSchema,
  { isOn, from, until, by, note, identity }: DecodedMaintenance['maintenance'],
  {
    receivedMs,
    client,
    user,
    letter,
    retained,
  }: Pick<RawMessage, 'receivedMs' | 'client' | 'user' | 'letter' | 'retained'>,
): MaintenanceReport {
  const named = identity ?? letter;
  const wanted = {
    ...(named !== undefined && { id: `${site}/${machine}/${named}` }),
    ...(from && { fromMs: from.ms }),
    ...(until && { toMs: until.ms }),
    ...(by !== undefined && { by }),
    ...(retained === 'again' && { isAgain: true }),
    askedMs: Math.floor(receivedMs),
  };
  const address = `MQTT client ${client}`.slice(0, 200);
  const who = { by: by ?? user ?? client, address, ...(note !== undefined && { note }) };
  return { site, machine, wanted: isOn ? wanted : null, who };
}
