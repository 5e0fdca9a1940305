import { countsMax, dataBytes, type ReadFunction, type ReadRequest } from '../frames/request.ts';
import { type PointReader, pointReader } from './decode.ts';
import { type PointConfig, sizeOf } from './point.ts';

/** How much is read at once. */
export interface ReadLimits {
  /** Registers between two points that are read along with them. */
  gapMax: number;
  /** Registers of one request; 16 bits count as one. */
  countMax: number;
}

/** Points that one request reads. */
export interface Block {
  function: ReadFunction;
  address: number;
  count: number;
  points: { name: string; read: PointReader }[];
  /** Shorter reads that end behind one of its points, so that a device which allows only whole values answers them. */
  prefixCounts: number[];
  /** From these it was made, by their addresses. */
  from: readonly PointConfig[];
}

/** Puts points that are near each other into as few requests as the limits allow. */
export function blocksOf(points: readonly PointConfig[], limits: ReadLimits): Block[] {
  const sorted = [...points].sort((a, b) => a.function - b.function || a.address - b.address);
  const groups: { function: ReadFunction; from: number; to: number; points: PointConfig[] }[] = [];
  for (const point of sorted) {
    const to = point.address + sizeOf(point);
    const last = groups.at(-1);
    const unit = point.function <= 2 ? 16 : 1;
    const fits =
      last !== undefined &&
      last.function === point.function &&
      point.address - last.to <= limits.gapMax * unit &&
      Math.max(last.to, to) - last.from <= Math.min(limits.countMax * unit, countsMax[point.function]);
    if (fits) {
      last.to = Math.max(last.to, to);
      last.points.push(point);
    } else groups.push({ function: point.function, from: point.address, to, points: [point] });
  }
  return groups.map(({ points: inside }) => blockOf(inside));
}

/** @param points of one function, by their addresses */
function blockOf(points: readonly PointConfig[]): Block {
  const { function: of, address: from } = points[0]!;
  const ends = points.map((point) => point.address + sizeOf(point) - from);
  return {
    function: of,
    address: from,
    count: Math.max(...ends),
    points: points.map((point) => ({ name: point.name, read: pointReader(point, from) })),
    prefixCounts: [...new Set(ends)].sort((a, b) => a - b),
    from: points,
  };
}

/** Cuts a block near its middle, where no point lies on both sides; null if there is no such place. */
export function halvesOf({ from }: Block): [Block, Block] | null {
  const endBefore = (i: number) =>
    Math.max(...from.slice(0, i).map((point) => point.address + sizeOf(point)));
  const cuts = from.flatMap((point, i) => (i > 0 && point.address >= endBefore(i) ? [i] : []));
  const distance = (i: number) => Math.abs(i - from.length / 2);
  const cut = cuts.sort((a, b) => distance(a) - distance(b))[0];
  return cut === undefined ? null : [blockOf(from.slice(0, cut)), blockOf(from.slice(cut))];
}

export function requestOf({ function: of, address, count }: Block, unit: number): ReadRequest {
  return { unit, function: of, address, count };
}

/** Limit of the requests by which a slave can be asked something else. */
const othersMax = 8;

/**
 * Returns requests to a slave whose answers differ in function or length, all of them for whole points: by these it can
 * be told whether the slave still owes an answer (line/late-answers.ts). Whole blocks come first.
 */
export function distinctRequests(blocks: readonly Block[], unit: number): ReadRequest[] {
  const found = new Map<string, ReadRequest>();
  const add = (block: Block, count: number) => {
    const request = { ...requestOf(block, unit), count };
    const key = `${block.function} ${dataBytes(request)}`;
    if (found.size < othersMax && !found.has(key)) found.set(key, request);
  };
  for (const block of blocks) add(block, block.count);
  for (const block of blocks) for (const count of block.prefixCounts) add(block, count);
  return [...found.values()];
}
