/**
 * Watching (gateway/pipeline/watching): the pipeline's messages as lines for people who watch. The pipeline calls it only while
 * somebody does. Who gets a line, and how many, is decided in gateway/commissioning.
 */
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Watchers } from '../../commissioning/watchers.ts';
import { valuesIn } from '../../decode/explain/explain.ts';
import type { MachineSchema } from '../../decode/machines/machine-schema.ts';
import { UnknownMachine } from '../../decode/machines/unknown-machine.ts';
import type { Routes } from '../../decode/routes.ts';
import type { ReadingClaim, Row } from '../../decode/row.ts';
import { shownReadings } from '../../decode/typed/shown.ts';
import type { Decoded } from '../../ports/decode.ts';
import type { WatchedLine } from '../../ports/onboarding/watching.ts';
import type { RawMessage } from '../../ports/source.ts';

const valuesMax = 24;
const namesMax = 12;
const payloadMax = 160;

const keyOf = ({ site, machine }: { site: string; machine: string }) => `${site}/${machine}`;

export class Watched {
  private readonly watchers: Watchers;
  private readonly routes: Routes;

  constructor(watchers: Watchers, routes: Routes) {
    this.watchers = watchers;
    this.routes = routes;
  }

  get isOn(): boolean {
    return this.watchers.isOn;
  }

  /** Notes a reading. @param timeMs the time under which it is stored, if it is */
  reading(
    schema: MachineSchema,
    claim: ReadingClaim,
    row: Row,
    message: RawMessage,
    outcome: 'stored' | 'resend' | 'again',
    timeMs: number,
  ): void {
    this.note(message, keyOf(schema), () => {
      const values = valuesIn(schema, row);
      const refused = row.refused.filter(({ error }) => error !== null);
      return {
        ...{ outcome, machine: keyOf(schema), machineType: schema.type.name },
        ...(outcome === 'stored' && { timeMs }),
        values: values.slice(0, valuesMax),
        ...(values.length > valuesMax && { more: values.length - valuesMax }),
        ...(row.ignored > 0 && { passedOver: passedOver(schema, claim, row) }),
        ...(refused.length > 0 && {
          code: codeOf(refused[0]!.error),
          why: refused
            .map(({ error }) => messageOf(error))
            .join('; ')
            .slice(0, 300),
        }),
      };
    });
  }

  /** Notes a message, or a part of one, that is kept as a dead letter, or not kept at all. */
  refused(message: RawMessage, error: unknown): void {
    const machine = error instanceof UnknownMachine ? keyOf(error) : this.machineIn(message);
    const isIgnored = error instanceof UnknownMachine && error.isIgnored;
    this.note(message, machine, () => ({
      outcome: isIgnored ? 'ignored' : 'refused',
      ...(machine !== null && { machine }),
      ...{ code: codeOf(error), why: messageOf(error).slice(0, 300), payload: payloadOf(message) },
    }));
  }

  /** Notes a message about a machine itself, or about all of its sensors. */
  changed(schema: MachineSchema, item: Decoded, message: RawMessage): void {
    this.note(message, keyOf(schema), () => ({
      outcome: 'changed',
      ...{ machine: keyOf(schema), machineType: schema.type.name, why: changeOf(item) },
    }));
  }

  private note(
    message: RawMessage,
    machine: string | null,
    line: () => Omit<WatchedLine, 'atMs' | 'topic' | 'client'>,
  ): void {
    const { topic, client, receivedMs } = message;
    this.watchers.note({ topic, machine }, () => ({
      ...{ atMs: receivedMs, topic: topic.slice(0, 200), client: client.slice(0, 64) },
      ...line(),
    }));
  }

  private machineIn({ topic, form }: RawMessage): string | null {
    const names = form === undefined ? this.routes.namesIn(topic) : null;
    return names && keyOf(names);
  }
}

/** The fields of a message that was parsed; of one that was read by its layout only their number is known. */
function passedOver(schema: MachineSchema, claim: ReadingClaim, row: Row): string[] | number {
  if (!('values' in claim)) return row.ignored;
  const { columns } = schema.set;
  const names = Object.keys(claim.values as object).filter((name) => !columns.has(name));
  return names.slice(0, namesMax).map((name) => name.slice(0, 64));
}

function changeOf(item: Decoded): string {
  if (item.unreadable) return '';
  if (item.lifecycle) return item.lifecycle.state;
  if (item.maintenance) return item.maintenance.isOn ? 'maintenance begins' : 'maintenance ends';
  if (item.availability) return item.availability.isOnline ? 'its device is online' : 'its device is offline';
  if (item.faults)
    return `no good value of ${item.faults
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 200)}`;
  return '';
}

const codeOf = (error: unknown) => (error instanceof HarbingerError ? error.code : 'DECODE_FAILED');

function payloadOf({ payload, form }: RawMessage): string {
  const text = form === undefined ? payload.toString('utf8', 0, payloadMax) : shownReadings(payload);
  return text.slice(0, payloadMax);
}
