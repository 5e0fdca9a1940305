import type { MachineName, Names } from './names.ts';
import { SensorOwners } from './sensor-owners.ts';

/** A metric that a birth has named. */
export interface KnownMetric {
  name: string;
  sensor: string;
  type: number;
}

/** An edge node itself, or a device of it. */
export interface Entity {
  readonly machine: MachineName;
  readonly metrics: Map<string, KnownMetric>;
  readonly owners: SensorOwners;
  isAlive: boolean;
  /** Its names and types are those of its latest birth. */
  isSure: boolean;
}

const nodesMax = 2_000;
const devicesMax = 20_000;
/** Bytes of the names of metrics, two for each character. */
const nameBytesMax = 32 << 20;

/** Room for what births say, of all edge nodes together. */
export class Tables {
  metrics = 0;
  devices = 0;
  private nameBytes = 0;
  readonly names: Names;
  /** By machine, the origin of its name (see Names.machineOf), and its rank. */
  private readonly origins = new Map<string, { origin: string; rank: number }>();
  private readonly metricsMax: number;

  constructor(names: Names, metricsMax: number) {
    this.names = names;
    this.metricsMax = metricsMax;
  }

  admitsNode(count: number): boolean {
    return count < nodesMax;
  }

  admitsDevice(): boolean {
    if (this.devices >= devicesMax) return false;
    this.devices += 1;
    return true;
  }

  /**
   * The machine of an edge node or device; null if its names make none, or one that another has. Two that become one machine would
   * become one series, of which nobody can say any more which value is whose.
   */
  machineOf(group: string, node: string, device: string): MachineName | null {
    const made = this.names.machineOf(group, node, device);
    if (!made) return null;
    const { site, machine, origin, rank } = made;
    const key = `${site}/${machine}`;
    const first = this.origins.get(key);
    if (first && first.origin !== origin && first.rank >= rank) return null;
    if (first?.origin !== origin && this.origins.size < nodesMax + devicesMax)
      this.origins.set(key, { origin, rank });
    return { site, machine };
  }

  admitsMetric(name: string): boolean {
    const bytes = 2 * name.length;
    if (this.metrics >= this.metricsMax || this.nameBytes + bytes > nameBytesMax) return false;
    this.metrics += 1;
    this.nameBytes += bytes;
    return true;
  }

  remove(name: string): void {
    this.metrics -= 1;
    this.nameBytes -= 2 * name.length;
  }

  named(name: string, type: number): KnownMetric {
    return { name, sensor: this.names.sensorOf(name), type };
  }
}

const seqCount = 256;

/** An edge node: its devices, their metrics, and the numbers that it has given to them. */
export class Node {
  isAlive = false;
  /** No message is missing since its birth. */
  isSure = false;
  /** Number of the connection of its birth; null if it said none. */
  bdSeq: number | null = null;
  /** When it may be asked for a rebirth again, on the monotonic clock, and how often it was asked in vain. */
  askAgainMs = 0;
  asked = 0;
  readonly group: string;
  readonly id: string;
  private readonly tables: Tables;
  private readonly entities = new Map<string, Entity>();
  private readonly aliases = new Map<bigint, { entity: Entity; metric: KnownMetric | null }>();
  private nextSeq = 0;

  constructor(group: string, id: string, tables: Tables) {
    this.group = group;
    this.id = id;
    this.tables = tables;
  }

  get key(): string {
    return `${this.group}/${this.id}`;
  }

  /** The edge node itself if `device` is empty. Null if its names make no machine, or another's, or there are too many. */
  entity(device: string): Entity | null {
    const found = this.entities.get(device);
    const machine = this.tables.machineOf(this.group, this.id, device);
    if (found) return machine && found;
    if (!machine || !this.tables.admitsDevice()) return null;
    const owners = new SensorOwners(this.tables.names);
    const entity: Entity = { machine, metrics: new Map(), owners, isAlive: false, isSure: false };
    this.entities.set(device, entity);
    return entity;
  }

  /** Begins anew: the devices have to be born too. */
  born(seq: number, bdSeq: number | null): void {
    this.distrust();
    this.isAlive = this.isSure = true;
    this.bdSeq = bdSeq;
    this.nextSeq = (seq + 1) % seqCount;
    this.asked = 0;
    const own = this.entity('');
    if (own) own.isAlive = true;
  }

  /** Notes the number of a message; false if others are missing before it. */
  follows(seq: number): boolean {
    const isNext = seq === this.nextSeq;
    this.nextSeq = (seq + 1) % seqCount;
    return isNext;
  }

  /** Ends the trust in numbers and in births: until the next ones, only metrics with name and type are believed. */
  distrust(): void {
    this.isSure = false;
    this.aliases.clear();
    for (const entity of this.entities.values()) entity.isSure = false;
  }

  /** Returns itself and the devices that die with it. */
  died(): Entity[] {
    this.isAlive = false;
    this.distrust();
    const dead = [...this.entities.values()].filter(({ isAlive }) => isAlive);
    for (const entity of dead) entity.isAlive = false;
    return dead;
  }

  /** Forgets what the birth before has said of it. */
  forgetMetrics(entity: Entity, isSure: boolean): void {
    for (const name of entity.metrics.keys()) this.tables.remove(name);
    entity.metrics.clear();
    entity.owners.clear();
    for (const [alias, known] of this.aliases) if (known.entity === entity) this.aliases.delete(alias);
    entity.isSure = isSure;
  }

  /**
   * Notes a metric of a birth; `full` if there is no room for it. One number for two metrics of an edge node is none, from then on:
   * which of them it means is not known.
   */
  know(
    entity: Entity,
    name: string,
    type: number,
    alias: bigint | undefined,
  ): 'known' | 'full' | 'alias twice' {
    const isNew = !entity.metrics.has(name);
    if (isNew && !this.tables.admitsMetric(name)) return 'full';
    const metric = this.tables.named(name, type);
    entity.metrics.set(name, metric);
    entity.owners.owns(metric);
    if (alias === undefined) return 'known';
    const other = this.aliases.get(alias);
    const isTwice = other !== undefined && (other.entity !== entity || other.metric?.name !== name);
    this.aliases.set(alias, { entity, metric: isTwice ? null : metric });
    return isTwice ? 'alias twice' : 'known';
  }

  /** Returns undefined for a number that no birth has given to a metric of `entity`. */
  byAlias(entity: Entity, alias: bigint): KnownMetric | undefined {
    const known = this.aliases.get(alias);
    return known?.entity === entity ? (known.metric ?? undefined) : undefined;
  }
}
