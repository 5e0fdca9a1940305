/** What every payload format must do, whatever it reads. Each kind brings messages of its own. */
import { describe, expect, it } from 'vitest';
import { checkReading } from '../../../gateway/decode/contract.ts';
import { testMachines } from '../../../gateway/decode/fixtures.testing.ts';
import { formats } from '../../../gateway/decode/formats/formats.ts';
import { newRow } from '../../../gateway/decode/row.ts';
import { singleReadingJson } from '../../../gateway/decode/single-reading.ts';
import type { Decoded, Decoder, DecodeTarget } from '../../../gateway/ports/decode.ts';
import { createPart, partOfKind } from '../../../shared/parts/registry.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { changedMessages, growingTexts, hostileTexts, randomMessages } from './hostile.ts';
import { withinSeconds } from './within-seconds.ts';

export interface FormatHarness {
  kind: string;
  /** The format's own settings of a route. */
  config: Record<string, unknown>;
  /** The sensor that the topic names, where the format needs one. */
  sensor?: string;
  /** A message as devices send it, and what it means. */
  message: Buffer;
  means: Decoded[];
  /** A message of several readings, where the format has such. */
  several?: Buffer;
  /** Messages that are made to break this very format. */
  hostile: Buffer[];
  /** Messages of about so many bytes that could cost more than their length. */
  growing: ((bytes: number) => Buffer)[];
}

/** Enough to tell that space is quadratic without running out of it. */
const mediumBytes = 1 << 16;
/** More than the largest packet by default, and what quadratic work would take minutes for. */
const largeBytes = 1 << 20;
/** Seconds, on a busy machine too. */
const patience = 20;
/** Names and values that come out of a message, per byte that went in. */
const growthMax = 40;

export function describeFormat(harness: FormatHarness): void {
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

    it('explains itself and each of its settings', () => {
      expect(part.about).toMatch(/^[A-Z].*\.$/);
      for (const [name, setting] of Object.entries(part.config.properties))
        expect((setting as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
    });

    it('reads its message', async () => {
      const decoder = await create();
      expect(decoder.decode(harness.message, target)).toEqual(harness.means);
    });

    it('neither changes nor keeps the bytes it is lent, and remembers nothing', async () => {
      const decoder = await create();
      for (const message of messages) {
        const lent = Buffer.from(message);
        const decoded = decoder.decode(lent, target);
        expect(lent).toEqual(message);
        lent.fill(0xff);
        expect(decoded).toEqual(decoder.decode(message, target));
      }
    });

    it('makes readings or typed errors of anything', async () => {
      const decoder = await create();
      const all = [
        ...randomMessages(500),
        ...messages.flatMap(changedMessages),
        ...hostileTexts(),
        ...harness.hostile,
      ];
      for (const message of all) expectSound(decoder, message, target);
    });

    it('takes a reading of several that was refused, as it is sent again alone', async () => {
      const decoder = await create();
      const decoded = harness.several ? decoder.decode(harness.several, target) : [];
      if (harness.several) expect(decoded.length).toBeGreaterThan(1);
      for (const item of decoded)
        if ('values' in item) expect(decoder.decode(singleReadingJson(item), target)).toEqual([item]);
    });

    const growing = [...growingTexts, ...harness.growing];

    it('makes no more of a message than it is long', async () => {
      const decoder = await create();
      for (const message of growing.map((grown) => grown(mediumBytes)))
        expect(decodedSize(decoder, message, target), aboutOf(message)).toBeLessThan(growthMax * mediumBytes);
    });

    it('takes no more time than a message is long', async () => {
      const decoder = await create();
      for (const message of growing.map((grown) => grown(largeBytes)))
        withinSeconds(patience, aboutOf(message), () => decodedSize(decoder, message, target));
    });
  });
}

const aboutOf = (message: Buffer) => `${message.length} bytes like ${message.toString('latin1', 0, 60)}`;

/** Decodes, and does with the outcome what the pipeline does with it. */
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
    if (item.refused) {
      expectTyped(item.refused.error, about);
      expect(item.refused.payload, about).toBeInstanceOf(Buffer);
    } else if (item.lifecycle) {
      expect(['failed', 'replaced'], about).toContain(item.lifecycle.state);
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

/** The contract takes whatever a decoder gives as values, or refuses it with a reason. */
function expectCheckable(values: Record<string, unknown>, about: string): void {
  const schema = testMachines().find('lab', 'bench-1');
  try {
    checkReading(schema, values, newRow());
  } catch (error) {
    expect(error, about).toBeInstanceOf(HarbingerError);
  }
}

/** Characters and numbers in what a message is decoded to; of an error in its message. */
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
