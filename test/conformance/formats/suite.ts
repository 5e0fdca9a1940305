/**
 * The suite that every payload format must pass (test/conformance/formats). Each kind provides messages of its own in
 * a file beside this one; the suite knows none of them.
 */
import { describe, expect, it } from 'vitest';
import { checkReading } from '../../../gateway/decode/contract.ts';
import { testMachines } from '../../../gateway/decode/fixtures.testing.ts';
import { formats } from '../../../gateway/decode/formats/formats.ts';
import { newRow } from '../../../gateway/decode/row.ts';
import { singleReadingJson } from '../../../gateway/decode/single-reading.ts';
import type { Decoded, Decoder, DecodeTarget } from '../../../gateway/ports/decode.ts';
import { createPart, partOfKind } from '../../../shared/parts/registry.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { expectLinear, growthTestMsMax, largeBytes } from '../../growth/growth.ts';
import { expectDeclaredReports } from '../reports.ts';
import { growingTexts } from './attacks/growing.ts';
import { changedMessages, hostileTexts, randomMessages } from './attacks/hostile.ts';
import { OneFormat } from './one-format.ts';

export interface FormatHarness {
  kind: string;
  /** The format's own settings of a route. */
  config: Record<string, unknown>;
  /** The sensor that the topic names, if the format needs one. */
  sensor?: string;
  /** A message as devices send it, and its meaning. */
  message: Buffer;
  means: Decoded[];
  /** A message of several readings, if the format has such messages. */
  several?: Buffer;
  /** Messages that are made to break this format. */
  hostile: Buffer[];
  /** Messages of about so many bytes that could cost more than their length. */
  growing: ((bytes: number) => Buffer)[];
}

/** Limit of names and values decoded from a message, per byte of the message. */
const growthMax = 40;

/** @param tags of what costs much */
export function describeFormat(harness: FormatHarness, { tags }: { tags: string[] }): void {
  describe(`a format of kind ${harness.kind}`, () => {
    const part = partOfKind(formats, harness.kind);
    const target: DecodeTarget = Object.freeze({
      site: 'lab',
      machine: 'bench-1',
      ...(harness.sensor !== undefined && { sensor: harness.sensor }),
    });
    const create = () =>
      createPart<undefined, Decoder>(formats, { kind: harness.kind, config: harness.config }, undefined);
    const messages = [harness.message, ...(harness.several ? [harness.several] : [])];

    it('documents itself and each of its settings', () => {
      expect(part.about).toMatch(/^[A-Z].*\.$/);
      for (const [name, setting] of Object.entries(part.config.properties))
        expect((setting as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
    });

    it('reads its message', async () => {
      const decoder = await create();
      expect(decoder.decode(harness.message, target)).toEqual(harness.means);
    });

    it('neither changes nor keeps the bytes that it is given, and has no state', async () => {
      const decoder = await create();
      for (const message of messages) {
        const lent = Buffer.from(message);
        const decoded = decoder.decode(lent, target);
        expect(lent).toEqual(message);
        lent.fill(0xff);
        expect(decoded).toEqual(decoder.decode(message, target));
      }
    });

    it('reports what it declares', async () => {
      const decoder = await create();
      for (const message of messages) decoder.decode(message, target);
      await expectDeclaredReports(part, decoder);
    });

    it('turns any message into readings or a typed error', async () => {
      const decoder = await create();
      const all = [
        ...randomMessages(500),
        ...messages.flatMap(changedMessages),
        ...hostileTexts(),
        ...harness.hostile,
      ];
      for (const message of all) expectSound(decoder, message, target);
    });

    it.each(['open', 'meter'] as const)(
      'stores nothing of the message before it, for machines of type %s',
      async (type) => {
        const format = new OneFormat(await create(), harness.sensor);
        const others = [...hostileTexts(), ...harness.hostile];
        for (const message of [...messages, ...messages.flatMap(changedMessages), ...others])
          await format.take(message, type);
        expect(format.unexpected).toEqual([]);
      },
    );

    it('reads the dead letter of one refused reading out of several', async () => {
      const decoder = await create();
      const decoded = harness.several ? decoder.decode(harness.several, target) : [];
      if (harness.several) expect(decoded.length).toBeGreaterThan(1);
      for (const item of decoded)
        if ('values' in item) expect(decoder.decode(singleReadingJson(item), target)).toEqual([item]);
    });

    const growing = [...growingTexts, ...harness.growing];

    it('decodes a message to output in proportion to its length', async () => {
      const decoder = await create();
      for (const message of growing.map((grown) => grown(largeBytes)))
        expect(decodedSize(decoder, message, target), aboutOf(message)).toBeLessThan(growthMax * largeBytes);
    });

    it.each(['open', 'meter'] as const)(
      'takes a message of a machine of type %s in time and space proportional to its length',
      { tags, timeout: growthTestMsMax },
      async (type) => {
        const decoder = await create();
        for (const grown of growing) {
          const format = new OneFormat(decoder, harness.sensor);
          const about = aboutOf(grown(largeBytes));
          await expectLinear(about, (bytes) => {
            const message = grown(bytes);
            return () => format.take(message, type);
          });
          const { readings, letters } = format.became;
          await format.take(grown(largeBytes), type);
          const became = format.became.readings - readings + format.became.letters - letters;
          expect(became, about).toBeLessThan(growthMax * largeBytes);
        }
      },
    );
  });
}

const aboutOf = (message: Buffer) => `${message.length} bytes like ${message.toString('latin1', 0, 60)}`;

/** Decodes a message, and handles the result like the pipeline. */
function expectSound(decoder: Decoder, message: Buffer, target: DecodeTarget): void {
  const about = aboutOf(message);
  let decoded: readonly Decoded[];
  try {
    decoded = decoder.decode(message, target);
  } catch (error) {
    expectTyped(error, about);
    return;
  }
  expect(decoded.length, about).toBeGreaterThan(0);
  for (const item of decoded) {
    if (item.unreadable) {
      expectTyped(item.unreadable.error, about);
      expect(item.unreadable.payload, about).toBeInstanceOf(Buffer);
    } else if (item.lifecycle) {
      expect(['failed', 'replaced'], about).toContain(item.lifecycle.state);
    } else if (item.maintenance) {
      expect(item.maintenance.isOn, about).toBeTypeOf('boolean');
    } else if (item.availability) {
      expect(item.availability.isOnline, about).toBeTypeOf('boolean');
    } else if (item.faults) {
      expect(item.own(), about).toBeInstanceOf(Buffer);
    } else {
      expectMoment(item.deviceTime, about);
      if (item.id !== undefined) expect(item.id, about).toBeTypeOf('string');
      if (item.seq !== undefined) expect(item.seq, about).toBeTypeOf('number');
      expect(JSON.parse(singleReadingJson(item).toString()), about).toHaveProperty('values');
      expectCheckable(item.values, about);
    }
  }
}

function expectTyped(error: unknown, about: string): void {
  expect(error, about).toBeInstanceOf(HarbingerError);
  expect(error, about).toMatchObject({ stage: 'decode', code: expect.stringMatching(/^DECODE_[A-Z_]+$/) });
  expect((error as Error).message.length, about).toBeLessThan(1_000);
}

function expectMoment(moment: { ms: number; ns: number } | undefined, about: string): void {
  if (!moment) return;
  expect(Number.isFinite(moment.ms), about).toBe(true);
  expect(moment.ns >= -999_999 && moment.ns <= 999_999, about).toBe(true);
}

const schema = testMachines().find('lab', 'bench-1');
const row = newRow();

/** The contract accepts any values of a decoder, or refuses them with a reason. */
function expectCheckable(values: Record<string, unknown>, about: string): void {
  try {
    checkReading(schema, values, row);
  } catch (error) {
    expect(error, about).toBeInstanceOf(HarbingerError);
  }
}

/** Number of characters and numbers in the decoded message; of an error, in its text. */
function decodedSize(decoder: Decoder, message: Buffer, target: DecodeTarget): number {
  try {
    return sizeOf(decoder.decode(message, target), 0);
  } catch (error) {
    expectTyped(error, aboutOf(message));
    return 0;
  }
}

function sizeOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (Buffer.isBuffer(value)) return value.length;
  if (typeof value !== 'object' || value === null || depth > 8) return 8;
  let size = 0;
  for (const [name, inner] of Object.entries(value)) size += name.length + sizeOf(inner, depth + 1);
  return size;
}
