import { expect, it } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import type { RecordChange } from '../../ports/records.ts';
import { MemoryDisk, systemError } from '../memory-disk.testing.ts';
import { openRecords } from './open-records.ts';
import type { RecordLog } from './record-log.ts';

it('confirmed records survive random faults, kills and power cuts', async () => {
  for (let seed = 1; seed <= 40; seed++) await new Ordeal(seed).run();
});

async function contents(records: RecordLog): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const [key, value] of records.entries()) found[key] = value.toString().trimEnd();
  return found;
}

/**
 * Random changes, faults, kills and power cuts, drawn from a seed; a model tracks what each record may be afterwards.
 */
class Ordeal {
  private readonly random: Random;
  private readonly disk = new MemoryDisk();
  /**
   * The possible values of a record: the last confirmed (synced) one, and those attempted or only written since. Null:
   * no record.
   */
  private readonly allowed = new Map<string, (string | null)[]>();
  private number = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  async run(): Promise<void> {
    for (let life = 0; life < 6; life++) {
      this.disk.onOperation = () => undefined;
      const records = await openRecords({
        dir: '/records',
        segmentBytesMax: 2_000,
        fs: this.disk.mount(),
        clock: systemClock,
        random: this.random,
        log: silentLog,
      });
      const found = await contents(records);
      for (const [key, values] of this.allowed) {
        expect(values, `${key} in life ${life}`).toContain(found[key] ?? null);
        this.allowed.set(key, [found[key] ?? null]);
      }
      const failing = this.random.next() * 0.3;
      this.disk.onOperation = (operation, _path, access) => {
        if (operation === 'read' || operation === 'list' || this.random.next() > failing) return;
        if (operation === 'write') access.partly(Math.floor((access.to - access.from) * this.random.next()));
        throw systemError(this.random.next() < 0.5 ? 'EIO' : 'ENOSPC');
      };
      for (let i = 0; i < 60; i++) await this.change(records);
      const last = this.change(records);
      if (this.random.next() < 0.5) this.disk.crash(this.random);
      else this.disk.kill();
      await last;
    }
  }

  private async change(records: RecordLog): Promise<void> {
    const changes: RecordChange[] = Array.from({ length: 1 + Math.floor(this.random.next() * 4) }, () => {
      const key = `key ${Math.floor(this.random.next() * 12)}`;
      const isLong = this.random.next() < 0.3;
      return this.random.next() < 0.25
        ? { key, value: null }
        : { key, value: Buffer.from(`${++this.number}`.padEnd(isLong ? 1_500 : 20)) };
    });
    const sync = this.random.next() < 0.7;
    const isSynced = await records.write(changes, sync).then(
      () => sync,
      () => false,
    );
    for (const [key, value] of new Map(changes.map((one) => [one.key, one.value]))) {
      const text = value === null ? null : value.toString().trimEnd();
      this.allowed.set(key, isSynced ? [text] : [...(this.allowed.get(key) ?? [null]), text]);
    }
  }
}
