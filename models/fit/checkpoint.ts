/**
 * Checkpoint of a training run in one file, written after every epoch, so that a run that was killed resumes
 * and ends with bit-identical weights.
 * Layout: one line of JSON (`Header`), then all arrays as 32-bit little-endian floats: the weights of each
 * finished member, then weights, means, squares and average of the current one. The file is replaced
 * atomically, so that a kill during writing leaves the previous checkpoint. A damaged file or one of another
 * training is not used: training starts over and reports why.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { type Static, Type } from '@sinclair/typebox';
import { replaceFileSync } from '../../shared/files/replace.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { FitState } from './optimiser.ts';

const Whole = Type.Integer({ minimum: 0 });

const Header = Type.Object({
  fingerprint: Type.String({
    description: 'of everything that the weights depend on: data, options, seed, backend',
  }),
  finished: Whole,
  lengths: Type.Array(Whole, { description: 'of one member’s arrays' }),
  current: Type.Union([Type.Object({ epoch: Whole, step: Whole }), Type.Null()]),
});
type Header = Static<typeof Header>;
const checkHeader = compileValidator(Header);

export interface Progress {
  /** Weights of the finished members. */
  finished: Float32Array[][];
  /** State of the current member; null if it has not begun. */
  current: FitState | null;
}

export interface Checkpoints {
  /**
   * Loads the progress saved under this fingerprint. `progress` is null without a usable file; `reason` then
   * says why a file that exists cannot be used.
   */
  load(fingerprint: string): { progress: Progress | null; reason: string | null };
  save(fingerprint: string, progress: Progress): void;
  remove(): void;
}

export function checkpointFile(path: string): Checkpoints {
  return {
    load(fingerprint) {
      if (!existsSync(path)) return { progress: null, reason: null };
      try {
        return { progress: decode(readFileSync(path), fingerprint), reason: null };
      } catch (error) {
        return { progress: null, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    save(fingerprint, progress) {
      replaceFileSync(path, encode(fingerprint, progress));
    },
    remove: () => rmSync(path, { force: true }),
  };
}

function arraysOf({ finished, current }: Progress): Float32Array[] {
  const state = current ? [current.weights, current.means, current.squares, current.average] : [];
  return [...finished, ...state].flat();
}

function encode(fingerprint: string, progress: Progress): Buffer {
  const { finished, current } = progress;
  const header: Header = {
    fingerprint,
    finished: finished.length,
    lengths: (current?.weights ?? finished[0] ?? []).map(({ length }) => length),
    current: current && { epoch: current.epoch, step: current.step },
  };
  const parts = arraysOf(progress).map((values) => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, i) => {
      bytes.writeFloatLE(value, i * 4);
    });
    return bytes;
  });
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]);
}

function decode(bytes: Buffer, fingerprint: string): Progress {
  const end = bytes.indexOf(10);
  const header = checkHeader(JSON.parse(bytes.toString('utf8', 0, end)), (problem) => new Error(problem));
  if (header.fingerprint !== fingerprint)
    throw new Error('it belongs to a training with other data or options');
  const { lengths, finished, current } = header;
  const groups = finished + (current ? 4 : 0);
  const expected = end + 1 + 4 * groups * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== expected) throw new Error(`it has ${bytes.length} bytes, not ${expected}`);
  let at = end + 1;
  const group = () =>
    lengths.map((length) => {
      const values = new Float32Array(length);
      for (let i = 0; i < length; i++, at += 4) values[i] = bytes.readFloatLE(at);
      return values;
    });
  const members = Array.from({ length: finished }, group);
  if (!current) return { finished: members, current: null };
  const state = { ...current, weights: group(), means: group(), squares: group(), average: group() };
  return { finished: members, current: state };
}
