/**
 * The suite that every source must pass (test/conformance/sources), against real devices of its protocol and the
 * gateway's real data plane. Each kind provides its devices in a file beside this one; the suite knows none of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkGateway } from '../../../gateway/check-config.ts';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import type { Source, SourceDeps } from '../../../gateway/ports/source.ts';
import { sources } from '../../../gateway/sources/sources.ts';
import { schemaProblems } from '../../../shared/config/schema/schema-problems.ts';
import type { AnyPart } from '../../../shared/parts/part.ts';
import { createPart, partOfKind } from '../../../shared/parts/registry.ts';
import { type Clock, nextTurn, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { expectDeclaredReports } from '../reports.ts';
import { DurableIntake } from './durable-intake.ts';
import { noDevices } from './no-devices.ts';

/** A device of the source's protocol that sends readings of the machine lab/bench-1, as JSON. */
export interface Device {
  /** Sends one message, in one of the harness's `ways`. It does not wait for an acknowledgement. */
  send(payload: string, way?: string): void;
  /** Number of messages that were acknowledged to the device; null if the protocol has no acknowledgements. */
  acknowledged(): number | null;
  /** Resolves when the source has answered something that the device sent after its messages. */
  answered(): Promise<void>;
  /** Disappears without a word, as when its power is cut. */
  vanish(): Promise<void>;
  /** Ends the device. */
  stop(): Promise<void>;
}

export interface SourceHarness {
  kind: string;
  /** Why such devices cannot be had here; null if they can. */
  skip: string | null;
  /** The guarantees with which its devices may send, in the protocol's words. */
  ways: string[];
  /** The source's table in the configuration file, without defaults. @param folder an empty one for this test */
  config(folder: string): Record<string, unknown>;
  /** Connects a device that comes back by itself when the source drops it. */
  connect(source: Source, folder: string): Promise<Device>;
  /** Wrong settings, as text of the file, each with the key that the problem must name, and the text of its line. */
  wrong: { toml: string; key: string; line: string }[];
}

export const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 10 });

/** More messages than any source may hand over without an answer; and the most that it may. */
const floodCount = 4_000;
const heldMax = 2_000;

const reading = (n: number) => JSON.stringify({ temperature: n, seq: n });
/** Claims of devices whose clock or running number distinguishes nothing, or not for ever, while the value is constant. */
const standstills: [string, (i: number) => object][] = [
  ['a seq that goes round at 1,000', (i) => ({ seq: i % 1_000 })],
  ['a seq that is always 0', () => ({ seq: 0 })],
  ['a clock that stands still', () => ({ ts: standstillMs })],
];
const standstillMs = 1_000 * Math.floor(systemClock.nowMs() / 1_000);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Real time until `hurry` is set; then timers expire fifty times as fast. */
export function hurriedClock(): Clock & { hurry: boolean } {
  return {
    ...systemClock,
    hurry: false,
    setTimer(delayMs, fn) {
      return systemClock.setTimer(this.hurry ? delayMs / 50 : delayMs, fn);
    },
  };
}

/** The settings of a source: documented, and refused by file and key where they are wrong. */
export function describeSettings(part: AnyPart, wrong: SourceHarness['wrong']): void {
  describe(`a source of kind ${part.kind}, by its file`, () => {
    it('documents itself and each of its settings', () => {
      expect(part.about).toMatch(/^[A-Z].*\.$/);
      for (const [name, setting] of Object.entries(part.config.properties))
        expect((setting as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
    });

    it.each(wrong)('refuses %o, with file and key', ({ toml, key, line }) => {
      const folder = mkdtempSync(join(tmpdir(), 'harbinger-source-'));
      try {
        const file = join(folder, 'gateway.toml');
        const text = `gateway = "g"\n${toml}\n`;
        writeFileSync(file, text);
        const { config, problems } = checkGateway({ file, defaults: { dataDir: folder } }, { files: true });
        expect(config).toBeNull();
        expect(problems).toMatchObject([{ key, file, line: 1 + text.split('\n').indexOf(line) }]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

export function describeSource(harness: SourceHarness): void {
  const { kind, skip } = harness;
  const part: AnyPart = partOfKind(sources, kind);
  describeSettings(part, harness.wrong);

  describe.skipIf(skip !== null)(
    `a source of kind ${kind}${skip === null ? '' : ` (skipped: ${skip})`}`,
    () => {
      let folder: string;
      let intake: DurableIntake;
      let clock: ReturnType<typeof hurriedClock>;
      let source: Source;
      let devices: Device[];

      beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), 'harbinger-source-'));
        intake = await DurableIntake.open(folder);
        clock = hurriedClock();
        devices = [];
        const config = harness.config(folder);
        expect(schemaProblems(part.config, config)).toEqual([]);
        const dataDir = folder;
        source = await createPart<SourceDeps, Source>(
          sources,
          { kind, config },
          {
            intake,
            openRecords: (dir) => openRecords({ dir, clock, log: silentLog }),
            dataDir,
            routeTopics: [],
            devices: noDevices,
            clock,
            random: systemRandom,
            log: silentLog,
          },
        );
      });
      afterEach(async () => {
        clock.hurry = true;
        await Promise.all(devices.map((device) => device.stop()));
        intake.release();
        await source.stop();
        await intake.stop();
        rmSync(folder, { recursive: true });
      });
      const connect = async () => {
        const device = await harness.connect(source, folder);
        devices.push(device);
        return device;
      };
      const isDurable = (...readings: number[]) =>
        until(async () => expect(await intake.durable()).toEqual(readings));

      it('can be stopped before it was started', async () => {
        await source.stop();
      });

      it('acknowledges a reading only when it is durable', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'hold';
        device.send(reading(1));
        await until(() => expect(intake.heldNow).toBe(1));
        await device.answered();
        expect(device.acknowledged()).not.toBe(1);
        expect(await intake.durable()).toEqual([]);
        intake.release();
        if (device.acknowledged() === null) return isDurable(1);
        await until(() => expect(device.acknowledged()).toBe(1));
        expect(await intake.durable()).toEqual([1]);
      });

      it('brings a reading that the disk refused when it takes it again', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'refuse';
        device.send(reading(1));
        await until(() => expect(intake.accepted).toBeGreaterThan(0));
        expect(device.acknowledged()).not.toBe(1);
        clock.hurry = true;
        intake.mode = 'pass';
        await isDurable(1);
      });

      it('takes readings again after a device vanished', async () => {
        await source.start();
        const first = await connect();
        first.send(reading(1));
        await isDurable(1);
        await first.vanish();
        clock.hurry = true;
        (await connect()).send(reading(2));
        await isDurable(1, 2);
      });

      it('stops reading while nothing is settled, and loses nothing', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'hold';
        for (const n of upTo(floodCount)) device.send(reading(n));
        await until(() => expect(intake.heldNow).toBeGreaterThan(50));
        for (const _ of upTo(1_000)) await nextTurn();
        intake.release();
        await isDurable(...upTo(floodCount));
        expect(intake.heldMost).toBeLessThan(heldMax);
      });

      it.each(harness.ways.flatMap((way) => standstills.map(([name, claim]) => [way, name, claim] as const)))(
        '%s: equal readings on one connection are stored one by one, with %s',
        async (way, _, claimOf) => {
          await source.start();
          const payload = (i: number) => JSON.stringify({ temperature: 21.5, ...claimOf(i) });
          const stored = (count: number) =>
            until(async () => expect((await intake.durable()).length).toBe(count));
          const device = await connect();
          for (let i = 0; i < 3_000; i++) device.send(payload(i), way);
          await until(() => expect(intake.accepted).toBe(3_000));
          await stored(3_000);
          expect(await intake.assumedResends()).toEqual([]);
          await device.vanish();
          clock.hurry = true;
          const again = await connect();
          for (let i = 0; i < 3; i++) again.send(payload(0), way);
          await until(() => expect(intake.accepted).toBe(3_003));
          await stored(3_002);
          expect(await intake.assumedResends()).toEqual([{ machine: 'lab/bench-1', readings: 1 }]);
        },
      );

      it('stops although a reading is never settled, and does not acknowledge it', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'hold';
        device.send(reading(1));
        await until(() => expect(intake.heldNow).toBe(1));
        clock.hurry = true;
        await source.stop();
        expect(device.acknowledged()).not.toBe(1);
      });

      it('reports what it declares', async () => {
        await source.start();
        (await connect()).send(reading(1));
        await isDurable(1);
        await expectDeclaredReports(part, source);
      });
    },
  );
}
