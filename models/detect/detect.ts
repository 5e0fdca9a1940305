/**
 * The command `harbinger models detect` (models/detect): reads a CSV and writes the same rows with how far from normal
 * the machine is, what begins, its state and mode, and the sensors that this rests on, in one pass and in constant memory. The
 * detector itself is shared/detector; this folder only reads and writes files for it.
 */

import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import type { DecimalMark } from '../../shared/contract/numbers/decimal-marks.ts';
import { parameters } from '../../shared/detector/sensors/parameters.ts';
import { checkRegular } from '../../shared/files/read-regular.ts';
import { besideOf, putInPlace } from '../../shared/files/replace.ts';
import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { detectSeparator, unusable } from './columns.ts';
import { detectSvg } from './plot/plot-svg.ts';
import { RowScorer, type ScoredCounts } from './row-scorer.ts';

export interface DetectOptions {
  csv: string;
  out: string;
  /** One character. Default: detected from the first line. */
  separator?: string;
  /** Decimal mark of all columns. Default: decided for each column from its first rows. */
  decimal?: DecimalMark;
  /** Number of rows from which the detector learns what is normal. */
  warmupRows?: number;
  /** File to which the plot is written, as SVG. */
  plot?: string;
  signal?: AbortSignal;
  clock?: Clock;
  /** Called repeatedly with the share of the file that is done (0 … 1). */
  progress?: (share: number, secondsLeft: number) => void;
}

export interface DetectSummary extends ScoredCounts {
  csv: string;
  out: string;
  separator: string;
  warmupRows: number;
  seconds: number;
  rowsPerSecond: number;
}

const headBytes = 64 * 1024;
const progressMsMin = 250;

/**
 * Scores a CSV file. @throws HarbingerError USAGE, DETECT_FILE, DETECT_NOT_CSV, DETECT_NO_VALUES,
 * DETECT_STOPPED
 */
export async function runDetect(options: DetectOptions): Promise<DetectSummary> {
  const { csv, out, clock = systemClock, signal } = options;
  if (resolve(csv) === resolve(out)) throw usage(`--out is the input itself (${csv}): name another file`);
  const separator = options.separator ?? detectSeparator(await headOf(csv));
  if (options.plot !== undefined && [csv, out].some((file) => resolve(file) === resolve(options.plot!)))
    throw usage(`--plot is the input or the output (${options.plot}): name another file`);
  if (separator.length !== 1 || /["\r\n]/.test(separator))
    throw usage('--separator is one character, like ; or ,');
  const warmupRows = options.warmupRows ?? parameters.learnRows;
  const startMs = clock.monotonicMs();
  const scorer = new RowScorer(csv, separator, warmupRows, options.decimal, options.plot !== undefined);
  const unfinished = besideOf(out);
  const read = createReadStream(csv);
  const report = await progressOf(options, clock, () => read.bytesRead);
  const parser = parse({
    delimiter: separator,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 1 << 20,
  });
  const write = async function* (records: AsyncIterable<string[]>) {
    for await (const record of records) {
      yield* scorer.take(record);
      report();
    }
    yield* scorer.end();
  };
  try {
    await pipeline(read, parser, write, createWriteStream(unfinished), { ...(signal && { signal }) });
    await putInPlace(out);
    if (options.plot !== undefined) await writePlot(options.plot, csv, scorer);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw asDetectError(error, options, scorer.counts.rows);
  }
  const seconds = (clock.monotonicMs() - startMs) / 1_000;
  return {
    csv,
    out,
    separator,
    warmupRows,
    ...scorer.counts,
    seconds,
    rowsPerSecond: Math.round(scorer.counts.rows / Math.max(seconds, 1e-3)),
  };
}

/** Sensors that episodes rest on come first. */
async function writePlot(file: string, csv: string, { plot, counts }: RowScorer): Promise<void> {
  const named = new Map<string, number>();
  for (const { sensors, worst } of counts.episodes)
    for (const { name } of sensors) named.set(name, (named.get(name) ?? 0) + worst);
  const weight = (sensor: number) => named.get(counts.sensors[sensor]!) ?? 0;
  const order = [...counts.sensors.keys()].sort((a, b) => weight(b) - weight(a));
  await writeFile(file, detectSvg(basename(csv), plot?.bins ?? [], counts.sensors, order));
}

/** Reads the first 64 KiB of the file. @throws HarbingerError DETECT_FILE, DETECT_NOT_CSV */
async function headOf(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    // The file is read again for its rows, which a pipe could not give twice.
    checkRegular(file);
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      bytes = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new HarbingerError('DETECT_FILE', 'cli', `cannot read ${file}: ${why}`);
  }
  if (bytes.length === 0) throw unusable(file, 'it is empty');
  if (bytes.includes(0)) throw unusable(file, 'it is not text, so it is not a CSV');
  return bytes.toString('utf8');
}

async function progressOf(
  options: DetectOptions,
  clock: Clock,
  bytesRead: () => number,
): Promise<() => void> {
  const { csv, progress } = options;
  if (!progress) return () => {};
  const { size } = await stat(csv);
  const startMs = clock.monotonicMs();
  let lastMs = startMs;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs < progressMsMin) return;
    lastMs = nowMs;
    const share = Math.min(1, bytesRead() / Math.max(1, size));
    progress(share, (((nowMs - startMs) / 1_000) * (1 - share)) / Math.max(share, 1e-6));
  };
}

function usage(message: string): HarbingerError {
  return new HarbingerError('USAGE', 'cli', message);
}

function asDetectError(error: unknown, { csv, out, signal }: DetectOptions, rows: number): HarbingerError {
  if (error instanceof HarbingerError) return error;
  if (signal?.aborted)
    return new HarbingerError('DETECT_STOPPED', 'cli', `stopped after ${rows} rows; ${out} was not written`);
  if (codeOf(error)?.startsWith('CSV_')) return unusable(csv, `after row ${rows}: ${messageOf(error)}`);
  return new HarbingerError('DETECT_FILE', 'cli', `${csv} → ${out}, after row ${rows}: ${messageOf(error)}`);
}
