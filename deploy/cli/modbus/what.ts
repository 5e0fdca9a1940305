import type { ReadFunction } from '../../../shared/modbus/frames/request.ts';
import { type Block, blocksOf } from '../../../shared/modbus/points/blocks.ts';
import type { PointValue } from '../../../shared/modbus/points/decode.ts';
import { PointConfig, sizeOf } from '../../../shared/modbus/points/point.ts';
import { pointProblems } from '../../../shared/modbus/points/point-problems.ts';
import { loadMap } from '../../../shared/modbus/read-map.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

/** Values that `harbinger modbus read` is to read: all that a map names, or values from an address on. */
export interface ReadWhat {
  map?: string;
  function: ReadFunction;
  address?: number;
  count: number;
  type?: string;
  wordOrder?: 'high-first' | 'low-first';
}

const valuesMax = 2_000;
const usual = { gapMax: 8, countMax: 100 };
const validate = compileValidator(PointConfig);
const usage = (what: string) => new HarbingerError('USAGE', 'cli', what);

/** @throws HarbingerError USAGE, ConfigError MODBUS_MAP_INVALID */
export function whatToRead(what: ReadWhat): { points: readonly PointConfig[]; blocks: Block[] } {
  const { map: name, address } = what;
  if ((name === undefined) === (address === undefined))
    throw usage('say what to read: --map NAME, or --address N with --function and --count; one of them');
  if (address !== undefined) {
    const points = pointsFrom(what, address);
    return { points, blocks: blocksOf(points, usual) };
  }
  const map = loadMap(name!);
  const limits = { gapMax: map.gapMax ?? usual.gapMax, countMax: map.countMax ?? usual.countMax };
  return { points: map.points, blocks: blocksOf(map.points, limits) };
}

function pointsFrom(what: ReadWhat, address: number): PointConfig[] {
  const { function: of, count, wordOrder } = what;
  const type = what.type ?? (of <= 2 ? 'bool' : 'uint16');
  if (count < 1 || count > valuesMax)
    throw usage(`--count ${count}: 1 to ${valuesMax} values are read at once`);
  const point = (at: number) =>
    validate(
      { name: `r${at}`, function: of, address: at, type, ...(wordOrder !== undefined && { wordOrder }) },
      (problem) => usage(`--type ${type}: ${problem}`),
    );
  const first = point(address);
  const [problem] = pointProblems(first);
  if (problem) throw usage(`--type ${type}: ${problem.key} ${problem.problem}`);
  const step = sizeOf(first);
  if (address + count * step > 0x1_0000) throw usage(`--count ${count}: registers end at 65535`);
  return Array.from({ length: count }, (_, i) => point(address + i * step));
}

/** A value as JSON holds it: one beyond 2^53 as its digits. */
export function shownValue(value: PointValue): Exclude<PointValue, bigint> {
  return typeof value === 'bigint' ? String(value) : value;
}
