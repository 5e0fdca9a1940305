import type { ReadRequest } from '../../../shared/modbus/frames/request.ts';
import { type Block, blocksOf, distinctRequests, halvesOf } from '../../../shared/modbus/points/blocks.ts';
import type { PointConfig } from '../../../shared/modbus/points/point.ts';
import { loadMap } from '../../../shared/modbus/read-map.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { SlaveConfig } from './config.ts';
import { Health } from './health.ts';

const usual = { gapMax: 8, countMax: 100 };

/** A block, and whether the device answers when it is asked for it. */
export interface PolledBlock extends Block {
  health: Health;
  /** It is not cut although the device refuses it: it was answered as a whole, or none of its parts was. */
  isWhole: boolean;
  /** The block that it is a part of. */
  whole?: PolledBlock;
}

/** Points of one slave with the same period. They are read together, and are one reading. */
export interface Group {
  slave: Slave;
  periodMs: number;
  /** On the monotonic clock. */
  dueMs: number;
  blocks: PolledBlock[];
}

interface Trial {
  group: Group;
  block: PolledBlock;
}

/** A device: what is read of it, and whether it answers. */
export class Slave {
  readonly config: SlaveConfig;
  readonly health: Health;
  readonly groups: Group[];
  readonly sensors: readonly string[];
  /** When it last answered; null if it never has. */
  answeredMs: number | null = null;
  /** Its sensors were handed in as unavailable, and nothing else since. */
  isUnavailable = false;
  /** Every block, with its group. */
  private all: readonly Trial[];
  private trialAt = 0;
  private readonly newHealth: () => Health;

  /** @throws ConfigError MODBUS_MAP_INVALID */
  constructor(config: SlaveConfig, clock: Clock, random: Random) {
    this.config = config;
    const { failuresMax, retryMsMax } = config;
    this.newHealth = () => new Health(failuresMax, retryMsMax, clock, random);
    this.health = this.newHealth();
    const map = config.map === undefined ? undefined : loadMap(config.map);
    const points = pointsOf(config, map?.points ?? []);
    this.sensors = points.map(({ name }) => name);
    const limits = {
      gapMax: config.gapMax ?? map?.gapMax ?? usual.gapMax,
      countMax: config.countMax ?? map?.countMax ?? usual.countMax,
    };
    const periods = new Map<number, PointConfig[]>();
    for (const point of points) {
      const periodMs = point.periodMs ?? config.periodMs;
      periods.set(periodMs, [...(periods.get(periodMs) ?? []), point]);
    }
    this.groups = [...periods].map(([periodMs, those]) => ({
      ...{ slave: this, periodMs, dueMs: 0 },
      blocks: blocksOf(those, limits).map((block) => this.polled(block)),
    }));
    this.all = this.everyBlock();
  }

  /** The block by which a trial finds out whether the device lives: the one that last answered, then the others in turn. */
  get trial(): Trial {
    return this.all[this.trialAt]!;
  }

  /** Notes that a block was answered. */
  answeredBy(answered: PolledBlock): void {
    const at = this.all.findIndex(({ block }) => block === answered);
    if (at >= 0) this.trialAt = at;
    answered.isWhole = true;
    if (answered.whole) answered.whole.isWhole = true;
  }

  /**
   * Cuts a block that the device refuses, so that a register which it has not got does not take the others along, and
   * remembers the parts. If it refuses all of them, they are one block again: it is asked for nothing more often.
   * @returns the parts; none if it stays as it is
   */
  refused(group: Group, block: PolledBlock): PolledBlock[] {
    const halves = block.isWhole ? null : halvesOf(block);
    const whole = block.whole ?? block;
    if (halves) {
      const parts = halves.map((half) => ({ ...this.polled(half), whole }));
      this.replace(group, [block], parts);
      return parts;
    }
    const parts = group.blocks.filter((each) => each.whole === whole);
    const isRefused = (each: PolledBlock) => each.health.problem !== '' && halvesOf(each) === null;
    if (whole.isWhole || parts.length === 0 || !parts.every(isRefused)) return [];
    whole.isWhole = true;
    whole.health.failed(block.health.problem);
    this.replace(group, parts, [whole]);
    return [];
  }

  private replace(group: Group, old: readonly PolledBlock[], parts: readonly PolledBlock[]): void {
    group.blocks.splice(group.blocks.indexOf(old[0]!), old.length, ...parts);
    const { block } = this.trial;
    this.all = this.everyBlock();
    this.trialAt = Math.max(
      0,
      this.all.findIndex((each) => each.block === block),
    );
  }

  private polled(block: Block): PolledBlock {
    return { ...block, health: this.newHealth(), isWhole: false };
  }

  private everyBlock(): Trial[] {
    return this.groups.flatMap((group) => group.blocks.map((block) => ({ group, block })));
  }

  /** Lets the next trial ask for another block. */
  trialFailed(): void {
    this.trialAt = (this.trialAt + 1) % this.all.length;
  }

  /**
   * Requests that differ in function or length, by which it can be told whether an answer is still to come. Those that
   * the device answers come first.
   */
  distinct(): ReadRequest[] {
    const blocks = this.all.map(({ block }) => block);
    const rank = (block: PolledBlock) =>
      block === this.trial.block ? 0 : block.health.problem === '' ? 1 : 2;
    const ranked = [0, 1, 2].flatMap((each) => blocks.filter((block) => rank(block) === each));
    return distinctRequests(ranked, this.config.unit);
  }
}

/** Returns what is read of a slave: the points of its map, with its own in place of those of the same name. */
export function pointsOf(
  { points, only }: Pick<SlaveConfig, 'points' | 'only'>,
  ofMap: readonly PointConfig[],
): PointConfig[] {
  const own = new Map(points.map((point) => [point.name, point]));
  const replaced = ofMap.map((point) => own.get(point.name) ?? point);
  const further = points.filter(({ name }) => !ofMap.some((point) => point.name === name));
  const all = [...replaced, ...further];
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
}
