/**
 * The suite that every source must pass that hands in readings, not bytes, against devices of its protocol and the
 * gateway's real data plane. Each kind provides its devices in a file beside this one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecords } from '../../../gateway/journal/records/open-records.ts';
import type { Source, SourceDeps } from '../../../gateway/ports/source.ts';
import { schemaProblems } from '../../../shared/config/schema/schema-problems.ts';
import type { AnyPart } from '../../../shared/parts/part.ts';
import { createPart } from '../../../shared/parts/registry.ts';
import { nextTurn } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { expectDeclaredReports } from '../reports.ts';
import { DurableIntake } from './durable-intake.ts';
import { noDevices } from './no-devices.ts';
import { describeSettings, hurriedClock, type SourceHarness, until } from './suite.ts';

/** A device whose value the source brings as the sensor `temperature` of the machine lab/bench-1. */
export interface ValueDevice {
  /** Gives it a value, a whole number from 1 to 30,000, which it has from now on and may be read again and again. */
  set(temperature: number): void;
  /** Disappears without a word, as when its power is cut. */
  vanish(): Promise<void>;
  /** Ends the device. */
  stop(): Promise<void>;
}

export interface ReadingsHarness extends Pick<SourceHarness, 'kind' | 'skip' | 'wrong' | 'config'> {
  part: AnyPart<SourceDeps, Source>;
  /** Starts a device, without a value of its own, that the source finds by itself, also if one was there before. */
  connect(source: Source, folder: string): Promise<ValueDevice>;
}

/** Readings of one device that a source may hand over without an answer. */
const heldMax = 1_000;

export function describeReadingsSource(harness: ReadingsHarness): void {
  const { kind, skip, part } = harness;
  describeSettings(part, harness.wrong);

  describe.skipIf(skip !== null)(
    `a source of kind ${kind}, with readings${skip === null ? '' : ` (skipped: ${skip})`}`,
    () => {
      let folder: string;
      let intake: DurableIntake;
      let clock: ReturnType<typeof hurriedClock>;
      let source: Source;
      let devices: ValueDevice[];

      beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), 'harbinger-source-'));
        intake = await DurableIntake.open(folder);
        clock = hurriedClock();
        devices = [];
        const config = harness.config(folder);
        expect(schemaProblems(part.config, config)).toEqual([]);
        const deps = {
          intake,
          dataDir: folder,
          routeTopics: [],
          devices: noDevices,
          clock,
          random: systemRandom,
          log: silentLog,
        };
        source = await createPart<SourceDeps, Source>(
          [part],
          { kind, config },
          { ...deps, openRecords: (dir) => openRecords({ dir, clock, log: silentLog }) },
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
      const durable = async () => [...new Set(await intake.durable())];
      const isDurable = (...values: number[]) => until(async () => expect(await durable()).toEqual(values));

      it('can be stopped before it was started', async () => {
        await source.stop();
      });

      it('brings what its device has, as readings of the machine that the settings name', async () => {
        await source.start();
        const device = await connect();
        device.set(1);
        await isDurable(1);
        device.set(2);
        await isDurable(1, 2);
        expect(intake.handedIn).toBe(intake.accepted);
        expect(await intake.assumedResends()).toEqual([]);
      });

      it('hands in again what the disk refused, although the device has another value by then', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'refuse';
        device.set(1);
        await until(() => expect(intake.refused).toContain(1));
        device.set(2);
        clock.hurry = true;
        await until(() => expect(intake.accepted).toBeGreaterThan(2));
        intake.mode = 'pass';
        await isDurable(1, 2);
      });

      it('brings readings again after its device vanished, and none of it while it is away', async () => {
        await source.start();
        const first = await connect();
        first.set(1);
        await isDurable(1);
        await first.vanish();
        clock.hurry = true;
        const second = await connect();
        second.set(2);
        await isDurable(1, 2);
      });

      it('hands over no more than a bounded number while nothing is settled, and goes on then', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'hold';
        device.set(1);
        await until(() => expect(intake.heldNow).toBeGreaterThan(0));
        clock.hurry = true;
        for (let turn = 0; turn < 1_000; turn++) await nextTurn();
        device.set(2);
        intake.release();
        await until(async () => expect(await durable()).toContain(2));
        expect(await durable()).toContain(1);
        expect(intake.heldMost).toBeLessThan(heldMax);
      });

      it('stops although a reading is never settled', async () => {
        await source.start();
        const device = await connect();
        intake.mode = 'hold';
        device.set(1);
        await until(() => expect(intake.heldNow).toBeGreaterThan(0));
        clock.hurry = true;
        await source.stop();
      });

      it('reports what it declares', async () => {
        await source.start();
        (await connect()).set(1);
        await isDurable(1);
        await expectDeclaredReports(part, source);
      });
    },
  );
}
