import { gunzipSync } from 'node:zlib';
import { BlockBuilder } from '../../../gateway/decode/blocks/block-builder.ts';
import { FieldNotes } from '../../../gateway/decode/fields/field-notes.ts';
import { testMachines } from '../../../gateway/decode/fixtures.testing.ts';
import { ReadingIdentity } from '../../../gateway/decode/identity/reading-identity.ts';
import { RecentReadings } from '../../../gateway/decode/identity/recent-readings.ts';
import { Routes } from '../../../gateway/decode/routes.ts';
import type { Row } from '../../../gateway/decode/row.ts';
import { compileTopicPattern } from '../../../gateway/decode/topic-pattern.ts';
import { Pipeline } from '../../../gateway/pipeline/pipeline.ts';
import type { Decoder } from '../../../gateway/ports/decode.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

const receivedMs = 1_700_000_000_000;
/** A value that no message has: what is stored of a message must not depend on the one before it. */
const ofAnother = Math.fround(86_420.531);

/** Takes messages of one format through the whole pipeline, with a disk that answers at once. */
export class OneFormat {
  /** Bytes of the readings and of the dead letters that the messages became. */
  readonly became = { readings: 0, letters: 0 };
  /** Reasons of dead letters for which no error was foreseen, and values that were of another message. */
  readonly unexpected: string[] = [];
  /** Gets the lines of each message that became readings. */
  onLines: ((text: string) => void) | null = null;
  private readonly fields = new FieldNotes(silentLog);
  private readonly machinesMax: number;
  private readonly pipeline: Pipeline;
  private readonly sensor: string | undefined;
  /** The pipeline’s own, which it uses for each message. */
  private readonly row: Row;
  private taken = 0;

  constructor(decoder: Decoder, sensor?: string, machinesMax = 100_000) {
    const match = compileTopicPattern(`f/{site}/{machine}${sensor === undefined ? '' : '/{sensor}'}`);
    const recent = new RecentReadings(1 << 13);
    const rule = { name: 'of the test', match, decoder, site: undefined, machine: undefined };
    this.sensor = sensor;
    this.machinesMax = machinesMax;
    this.pipeline = new Pipeline({
      random: seededRandom(1),
      limited: unlimited,
      routes: new Routes([rule], testMachines(100_000), 10),
      identity: new ReadingIdentity(
        recent,
        { aheadMsMax: 60_000, behindMsMax: 60_000 },
        { assumed: { note() {} }, still: { note() {} } },
      ),
      builder: new BlockBuilder(systemClock),
      journal: async ({ rawBytes, codec, body }) => {
        this.became.readings += rawBytes;
        this.onLines?.(String(codec === 'gzip' ? gunzipSync(body) : body));
        return 1;
      },
      deadLetters: async (letters) => {
        for (const { payload, code, reason } of letters) {
          this.became.letters += payload.length;
          if (code === 'DECODE_FAILED') this.unexpected.push(reason);
        }
      },
      lifecycle: async () => {},
      maintenance: async () => {},
      fields: this.fields,
      windows: ({ values }) => {
        if (values.includes(ofAnother)) this.unexpected.push('a value of another message was stored');
      },
    });
    this.row = Reflect.get(this.pipeline, 'row') as Row;
  }

  /** Values so far that were said to be passed over, or refused. */
  get fieldsTold(): number {
    return this.pipeline.counts.fieldsIgnored + this.fields.counts.fieldsRefused;
  }

  /** Takes readings of a source, which name their machines. */
  takeReadings(payload: Buffer): Promise<unknown> {
    this.row.values.fill(ofAnother);
    const about = { topic: 'origin', client: 'client', receivedMs, resend: false, connection: 1 };
    return this.pipeline.take((each) => each({ ...about, payload, form: 'readings' }));
  }

  /** Takes a message of a new machine, whose type is open or declares its sensors. */
  take(payload: Buffer, type: 'open' | 'meter'): Promise<unknown> {
    const number = this.taken++ % this.machinesMax;
    const machine = type === 'open' ? `lab/m-${number}` : `plant/meter-${number}`;
    const topic = `f/${machine}${this.sensor === undefined ? '' : `/${this.sensor}`}`;
    this.row.values.fill(ofAnother);
    return this.pipeline.take((each) =>
      each({ topic, payload, client: 'client', receivedMs, resend: false, connection: 1 }),
    );
  }
}
