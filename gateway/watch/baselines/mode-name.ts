/** The mode of a machine in words, for estimates and people. */
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { isStateName, openStateWords, stateCode } from '../../../shared/domain/states.ts';
import { unitAfter } from '../../../shared/words/units.ts';
import type { MachineMode } from '../../ports/decision.ts';
import type { ModeNow } from './mode-watch.ts';

/** Texts of states without a list, as devices write them, by what stands for them in rows. */
const knownTexts = new Map(
  openStateWords
    .flatMap((word) => [word, word.toUpperCase(), `${word[0]!.toUpperCase()}${word.slice(1)}`])
    .map((text) => [stateCode(text), text] as const)
    .filter(([code]) => code > 1),
);
/** Codes from here on stand for texts. */
const textFrom = 65_536;

/** @param sensors of the machine, by column; null if there is no mode, or it is of a sensor that is gone */
export function modeOf(mode: ModeNow | null, sensors: readonly Sensor[]): MachineMode | null {
  const sensor = mode && sensors[mode.column];
  if (!sensor) return null;
  const { sinceMs } = mode;
  if ('code' in mode) {
    const said = textOf(mode.code, sensor);
    const name =
      isStateName(sensor.name) && said !== null ? said : [sensor.name, said ?? ''].join(' ').trim();
    return { number: mode.code, of: null, name, sensor: sensor.name, sinceMs, isNew: mode.isNew };
  }
  const { number, of, level } = mode;
  const name = `${sensor.name} about ${rounded(level)}${unitAfter(sensor.unit)}`;
  return { number, of, name, sensor: sensor.name, sinceMs, isNew: number === null };
}

/** Null if only the device knows what it means. */
function textOf(code: number, { states }: Sensor): string | null {
  const listed = states?.[code];
  if (listed !== undefined) return listed;
  return code < textFrom ? String(Number(code.toPrecision(6))) : (knownTexts.get(code) ?? null);
}

const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
