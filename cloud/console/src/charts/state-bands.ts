/** States as bands: which text a sensor had from when to when. */
import type { MachineType, Readings } from '../wire.ts';
import type { Range } from './series.ts';

export interface Band {
  text: string;
  fromMs: number;
  toMs: number;
  /** As shares of the chart's width. */
  left: number;
  width: number;
  /** The place of its text among those of the sensor: bands of one text have one colour. */
  color: number;
}

/** Colours of bands; a sensor with more texts uses them again. */
export const bandColors = 6;
/** Longer than this many usual times between two readings, nobody knows the state. */
const gapSteps = 6;

/** True if a sensor is shown as bands: its type declares it as a state, it sends texts, or it has only ever sent 0 and 1. */
export function isState(sensor: string, { values, states }: Readings, type: MachineType | null): boolean {
  const declared = type?.sensors.find(({ name }) => name === sensor);
  if (declared?.kind === 'state' || states[sensor]) return true;
  if (declared) return false;
  const numbers = (values[sensor] ?? []).filter((value) => value !== null);
  return numbers.includes(1) && numbers.includes(0) && numbers.every((value) => value >= 0 && value <= 1);
}

/** The bands of a sensor within a range, in order of time. A mean of a bucket in which a switch was both is neither. */
export function bandsOf(sensor: string, readings: Readings, type: MachineType | null, range: Range): Band[] {
  const changes = changesOf(sensor, readings, type);
  const texts = [...new Set(changes.flatMap(({ text }) => (text === null ? [] : [text])))].sort();
  const spanMs = range.toMs - range.fromMs;
  return changes.flatMap(({ text, fromMs }, i) => {
    const toMs = Math.min(range.toMs, changes[i + 1]?.fromMs ?? range.toMs);
    if (text === null || toMs < range.fromMs || toMs <= fromMs) return [];
    const left = Math.max(0, (fromMs - range.fromMs) / spanMs);
    const width = (toMs - range.fromMs) / spanMs - left;
    return [{ text, fromMs, toMs, left, width, color: texts.indexOf(text) % bandColors }];
  });
}

interface Change {
  /** Null where nobody knows. */
  text: string | null;
  fromMs: number;
}

/** When the state changed: by its texts, and by its numbers where it sent none. */
function changesOf(
  sensor: string,
  { timesMs, values, states }: Readings,
  type: MachineType | null,
): Change[] {
  const names = type?.sensors.find(({ name }) => name === sensor)?.states;
  const texts = states[sensor];
  const numbers = timesMs.flatMap((timeMs, i) => {
    const value = values[sensor]?.[i] ?? null;
    return value === null
      ? []
      : [{ fromMs: timeMs, text: names?.[value] ?? String(Number(value.toPrecision(3))) }];
  });
  const all: Change[] = texts
    ? texts.timesMs.map((fromMs, i) => ({ fromMs, text: texts.texts[i] ?? null }))
    : withGaps(numbers);
  return all.filter(({ text }, i) => i === 0 || text !== all[i - 1]!.text);
}

function withGaps(changes: readonly Change[]): Change[] {
  const steps = changes.slice(1).map(({ fromMs }, i) => fromMs - changes[i]!.fromMs);
  const usualMs = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Number.POSITIVE_INFINITY;
  return changes.flatMap((change, i) =>
    (steps[i] ?? 0) > gapSteps * usualMs
      ? [change, { text: null, fromMs: change.fromMs + usualMs }]
      : [change],
  );
}
