/**
 * Reading by layout (gateway/decode/fast-json) must give what parsing gives. This takes the same messages in two gateways:
 * one reads them by the layouts of earlier ones where it can, and one parses each of them.
 */
import { gunzipSync } from 'node:zlib';
import { BlockBuilder } from '../../../gateway/decode/blocks/block-builder.ts';
import { FieldNotes } from '../../../gateway/decode/fields/field-notes.ts';
import { json } from '../../../gateway/decode/formats/json/json.ts';
import { ReadingIdentity } from '../../../gateway/decode/identity/reading-identity.ts';
import { RecentReadings } from '../../../gateway/decode/identity/recent-readings.ts';
import { Machines } from '../../../gateway/decode/machines/machines.ts';
import { Routes } from '../../../gateway/decode/routes.ts';
import { compileTopicPattern } from '../../../gateway/decode/topic-pattern.ts';
import { Pipeline } from '../../../gateway/pipeline/pipeline.ts';
import type { Decoder } from '../../../gateway/ports/decode.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

/** The time at which the first message arrives, ms; each later one arrives 1 ms after the one before it. */
export const arrivalMs = 1_700_000_000_000;

export interface SentMessage {
  /** `{site}/{machine}` or `{site}/{machine}/{sensor}`; a site that is the name of a type has machines of this type, others open ones. */
  topic: string;
  payload: Buffer;
}

const sensor = (name: string, more: Partial<Sensor> = {}): Sensor => ({
  name,
  unit: '1',
  min: -1e6,
  max: 1e6,
  ...more,
});
const mode = (...states: string[]) =>
  sensor('mode', { kind: 'state', states, min: 0, max: states.length - 1 });

function machineType(name: string, openSensors: boolean, ...sensors: Sensor[]): MachineType {
  const about = { version: '1.0.0', description: 'for tests', lifeUnit: 'cycles' };
  return { ...about, name, stepMs: 1_000, windowRows: 4, openSensors, sensors, alerts: [] };
}
const types = [
  machineType('open', true),
  machineType('half', true, sensor('flow', { max: 500 }), sensor('mode', { kind: 'state' })),
  // Types that send the same text and mean something else by it.
  machineType('press', false, mode('AUTO', 'MANUAL', 'OFF'), sensor('flow'), sensor('level')),
  machineType('mill', false, mode('OFF', 'AUTO', 'MANUAL'), sensor('flow'), sensor('v')),
  machineType('tank', false, sensor('mode', { kind: 'state' }), sensor('flow', { min: 0, max: 50 })),
];
/** Names of sites whose machines are of different types. */
export const sites: readonly string[] = types.map(({ name }) => name);

/** One gateway, up to its journal and its dead letters. */
class OneWay {
  parsed = 0;
  private readonly lines: string[] = [];
  private readonly letters: string[] = [];
  private readonly fields: FieldNotes;
  private readonly pipeline: Pipeline;
  private taken = 0;

  /** @param isCareful each message is parsed */
  constructor(isCareful: boolean) {
    const decoder: Decoder = {
      ...json,
      decode: (payload, target) => {
        this.parsed++;
        return json.decode(payload, target);
      },
    };
    const rules = ['{site}/{machine}', '{site}/{machine}/{sensor}'].map((pattern) => ({
      name: pattern,
      match: compileTopicPattern(pattern),
      decoder,
      site: undefined,
      machine: undefined,
    }));
    const machines = new Machines({
      gateway: 'gw',
      types: new Map(types.map((type) => [type.name, type])),
      rules: sites.map((type) => ({ match: `${type}/*`, type })),
      unknown: { type: 'open' },
      machinesMax: 10_000,
    });
    const bounds = { aheadMsMax: 60_000, behindMsMax: 86_400_000 };
    const builder = new BlockBuilder(systemClock);
    this.fields = new FieldNotes(silentLog, (schema, field) => builder.refuse(schema, field));
    this.pipeline = new Pipeline({
      random: seededRandom(1),
      limited: unlimited,
      suspects: isCareful ? [] : null,
      routes: new Routes(rules, machines, 10_000),
      identity: new ReadingIdentity(
        new RecentReadings(1 << 12),
        bounds,
        { assumed: { note() {} }, still: { note() {} } },
        seededRandom(1),
      ),
      builder,
      fields: this.fields,
      journal: async ({ codec, body }) => {
        const text = codec === 'gzip' ? gunzipSync(body) : body;
        return this.lines.push(...text.toString('latin1').trimEnd().split('\n'));
      },
      deadLetters: async (letters) => {
        for (const { code, reason, topic, payload } of letters)
          this.letters.push(`${code} ${reason} ${topic} ${payload.toString('latin1')}`);
      },
      lifecycle: async () => {},
      maintenance: async () => {},
      windows: () => {},
    });
  }

  /** Returns the stored lines, the dead letters and the counts that the messages led to. */
  async take(messages: readonly SentMessage[]) {
    await this.pipeline.take((each) => {
      for (const message of messages)
        each({
          ...message,
          client: 'c',
          receivedMs: arrivalMs + this.taken++,
          resend: false,
          connection: 1,
        });
    });
    const { counts } = this.pipeline;
    const { valuesRounded, fieldsRefused } = this.fields.counts;
    return {
      lines: this.lines.splice(0),
      letters: this.letters.splice(0),
      counts: { ...counts, valuesRounded, fieldsRefused },
    };
  }
}

export class BothWays {
  private readonly byLayout = new OneWay(false);
  private readonly byParsing = new OneWay(true);

  /** Messages that were read by a layout. */
  get known(): number {
    return this.byParsing.parsed - this.byLayout.parsed;
  }

  /** Takes messages together. Returns what each way made of them. */
  async take(messages: readonly SentMessage[]) {
    const read = await this.byLayout.take(messages);
    return { read, parsed: await this.byParsing.take(messages) };
  }
}
