import type { ReadRequest } from '../../../shared/modbus/frames/request.ts';
import { type Block, blocksOf, distinctRequests } from '../../../shared/modbus/points/blocks.ts';
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
  private readonly all: readonly Trial[];
  private trialAt = 0;

  /** @throws ConfigError MODBUS_MAP_INVALID */
  constructor(config: SlaveConfig, clock: Clock, random: Random) {
    this.config = config;
    const { failuresMax, retryMsMax } = config;
    const health = () => new Health(failuresMax, retryMsMax, clock, random);
    this.health = health();
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
      blocks: blocksOf(those, limits).map((block) => ({ ...block, health: health() })),
    }));
    this.all = this.groups.flatMap((group) => group.blocks.map((block) => ({ group, block })));
  }

  /** The block by which a trial finds out whether the device lives: the one that last answered, then the others in turn. */
  get trial(): Trial {
    return this.all[this.trialAt]!;
  }

  /** Notes that a block was answered. */
  answeredBy(answered: PolledBlock): void {
    this.trialAt = this.all.findIndex(({ block }) => block === answered);
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
