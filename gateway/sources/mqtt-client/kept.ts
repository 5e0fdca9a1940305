/**
 * The file of what is known of sessions at other brokers: `mqtt-client.json` in the data folder, replaced as a whole.
 *
 *     {"format": "harbinger-mqtt-client", "version": 1, "brokers": [...], "check": 1}
 */
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import {
  type CheckedFormat,
  checkedText,
  problemOf,
  readChecked,
} from '../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const Broker = Type.Object({
  name: Type.String(),
  url: Type.String(),
  clientId: Type.String(),
  /** The subscriptions of the session there, as "QOS FILTER". */
  subscribed: Type.Array(Type.String()),
  /** The retained messages that were taken: topic and digest. */
  retained: Type.Array(Type.Tuple([Type.String(), Type.String()])),
});
export type KeptBroker = Static<typeof Broker>;

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-mqtt-client'),
  version: Type.Literal(version),
  brokers: Type.Array(Broker),
  check: Type.Integer(),
});
const validate = compileValidator(Content);
const format: CheckedFormat<{ brokers: KeptBroker[] }> = {
  format: 'harbinger-mqtt-client',
  version,
  validate: (value, problem) => ({ brokers: validate(value, problem).brokers }),
  covered: 'brokers',
};

const saveAfterMs = 2_000;

/** Keeps the file, some time after each change. Losing it costs a session there, and retained messages taken twice. */
export class KeptSessions {
  private readonly path: string;
  private readonly deps: { clock: Clock; log: Log };
  private content: () => KeptBroker[] = () => [];
  private isWritable = true;
  private isDue = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(dataDir: string, deps: { clock: Clock; log: Log }) {
    this.path = join(dataDir, 'mqtt-client.json');
    this.deps = deps;
  }

  load(): KeptBroker[] {
    const { log } = this.deps;
    const file = readChecked(this.path, format);
    if (file.found === 'yes') return file.content.brokers;
    if (file.found === 'no') return [];
    if (file.found === 'damaged') {
      const { aside, problem } = file;
      log.error(
        { code: 'MQTT_CLIENT_FILE_DAMAGED', path: this.path, aside, problem },
        'what was known of sessions at other brokers is lost: they are begun anew, and messages that wait in the old ones stay there',
      );
      return [];
    }
    this.isWritable = false;
    log.error(
      { code: 'MQTT_CLIENT_FILE_UNREADABLE', path: this.path, problem: problemOf(file, format) },
      'what is known of sessions at other brokers cannot be read, and is left as it is: make the file readable, or move it away',
    );
    return [];
  }

  /** @param content what is to be kept, read when it is written */
  begin(content: () => KeptBroker[]): void {
    this.content = content;
  }

  /** Notes a change, which is written soon. */
  changed(): void {
    if (this.isDue) return;
    this.isDue = true;
    void sleep(this.deps.clock, saveAfterMs).then(() => this.save());
  }

  /** Writes what has changed. Never rejects. */
  save(): Promise<void> {
    if (!this.isDue || !this.isWritable) return this.writing;
    this.isDue = false;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    try {
      await replaceFile(this.path, checkedText(format, { brokers: this.content() }), { mode: 0o600 });
    } catch (error) {
      this.deps.log.warn(
        { code: 'MQTT_CLIENT_FILE_UNWRITTEN', path: this.path },
        `what is known of sessions at other brokers could not be kept: ${messageOf(error)}; free some space, or the rights to the folder`,
      );
    }
  }
}
