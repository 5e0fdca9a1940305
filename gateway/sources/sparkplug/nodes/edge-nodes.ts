/**
 * Edge nodes of Sparkplug (gateway/sources/sparkplug/nodes): what their births have said, and what follows for each of their
 * messages. Nothing here sends or waits.
 */
import { decodePayload, type Metric, type Payload } from '../../../../shared/sparkplug/payload.ts';
import { exactValue, notTaken } from '../../../../shared/sparkplug/values.ts';
import type { NamedTypedValue } from '../../../ports/source.ts';
import { type Entity, type KnownMetric, Node, type Tables } from './node.ts';
import { ReadingList } from './reading-list.ts';
import type { Topic } from './topic.ts';

const bdSeqName = 'bdSeq';
const bdSeqCount = 256;
const control = /^(?:Node|Device) Control\//;

export interface NodeCounts {
  births: number;
  deaths: number;
  /** Messages that did not follow on the one before. */
  gaps: number;
  /** Messages that could not be read. */
  unreadable: number;
  /** Values left out: of a metric that no birth has named, of a type that is not taken, or not of the type of its metric. */
  unknown: number;
  skipped: number;
  refused: number;
}

/**
 * Knows the edge nodes of one broker by their births, and turns their messages into readings. What a message says depends on
 * the ones before: a metric may be a mere number, which a birth has given to a name.
 */
export class EdgeNodes {
  readonly counts: NodeCounts = {
    ...{ births: 0, deaths: 0, gaps: 0, unreadable: 0, unknown: 0, skipped: 0, refused: 0 },
  };
  private readonly nodes = new Map<string, Node>();
  private readonly tables: Tables;
  /** Asks an edge node for its births. */
  private readonly askRebirth: (node: Node) => void;
  private readonly tell: (why: string) => void;

  constructor(tables: Tables, askRebirth: (node: Node) => void, tell: (why: string) => void) {
    this.tables = tables;
    this.askRebirth = askRebirth;
    this.tell = tell;
  }

  get size(): number {
    return this.nodes.size;
  }

  get alive(): number {
    let count = 0;
    for (const node of this.nodes.values()) if (node.isAlive) count++;
    return count;
  }

  /** Forgets what births have said: messages may have been missed. Returns the edge nodes that were alive. */
  lostSight(): Node[] {
    const lost = [...this.nodes.values()].filter(({ isAlive }) => isAlive);
    for (const node of this.nodes.values()) node.distrust();
    return lost;
  }

  /** Takes one message. Returns what it says of machines; empty if nothing. Never throws. */
  take({ group, node: id, device, kind }: Topic, bytes: Buffer): ReadingList {
    const readings = new ReadingList();
    const node = this.nodeOf(group, id);
    if (!node) return readings;
    let payload: Payload;
    try {
      payload = decodePayload(bytes);
    } catch (error) {
      this.counts.unreadable += 1;
      this.tell(`${group}/${id}: ${(error as Error).message}`);
      node.distrust();
      this.askRebirth(node);
      return readings;
    }
    if (kind === 'NDEATH') this.nodeDied(node, payload, readings);
    else if (kind === 'NBIRTH') this.nodeBorn(node, payload, readings);
    else {
      const isBorn = node.isSure && this.follows(node, payload);
      if (kind === 'DBIRTH') this.deviceBorn(node, device, payload, isBorn, readings);
      else if (kind === 'DDEATH') this.deviceDied(node, device, payload, readings);
      else this.data(node, kind === 'NDATA' ? '' : device, payload, readings);
      if (!isBorn) this.askRebirth(node);
    }
    return readings;
  }

  private nodeOf(group: string, id: string): Node | null {
    const key = `${group}/${id}`;
    const found = this.nodes.get(key);
    if (found) return found;
    if (!this.tables.admitsNode(this.nodes.size)) {
      this.tell(`${key}: there are too many edge nodes`);
      return null;
    }
    const node = new Node(group, id, this.tables);
    this.nodes.set(key, node);
    return node;
  }

  /** Returns false if messages are missing before this one: what numbers mean is not sure then, until the next birth. */
  private follows(node: Node, { seq }: Payload): boolean {
    if (seq === undefined || node.follows(seq)) return true;
    this.counts.gaps += 1;
    node.distrust();
    return false;
  }

  private nodeBorn(node: Node, payload: Payload, readings: ReadingList): void {
    const bdSeq = payload.metrics.find(({ name }) => name === bdSeqName)?.value;
    this.counts.births += 1;
    node.born(payload.seq ?? 0, typeof bdSeq === 'bigint' ? Number(bdSeq % 256n) : null);
    this.birth(node, node.entity(''), payload, true, readings);
  }

  private deviceBorn(
    node: Node,
    device: string,
    payload: Payload,
    isSure: boolean,
    readings: ReadingList,
  ): void {
    this.counts.births += 1;
    const entity = node.entity(device);
    if (entity) entity.isAlive = true;
    this.birth(node, entity, payload, isSure, readings);
  }

  /** @param isSure false after a gap: its numbers are believed only from the next birth of the node on */
  private birth(
    node: Node,
    entity: Entity | null,
    payload: Payload,
    isSure: boolean,
    readings: ReadingList,
  ): void {
    if (!entity) return this.unnamed(node, payload);
    node.forgetMetrics(entity, isSure);
    for (const { name, alias, type } of payload.metrics) {
      if (name === undefined || name === bdSeqName || control.test(name) || type === undefined) continue;
      const why = notTaken(type);
      if (why !== undefined)
        this.tell(`${node.key}: metric ${name} is ${why}, which is not a value of a sensor`);
      const noted = node.know(entity, name, type, isSure ? alias : undefined);
      if (noted === 'alias twice')
        this.tell(
          `${node.key}: its births give the alias ${alias} to several metrics, ${name} is one; none is taken by it`,
        );
      if (noted === 'full') {
        this.tell(`${node.key}: it has too many metrics; ${name} and others are left out (metricsMax)`);
        break;
      }
    }
    this.values(node, entity, payload, readings);
  }

  private data(node: Node, device: string, payload: Payload, readings: ReadingList): void {
    const entity = node.entity(device);
    if (!entity) return this.unnamed(node, payload);
    if (!entity.isAlive) this.askRebirth(node);
    this.values(node, entity, payload, readings);
  }

  /** Counts the values of a node or device without a machine, and tells of it. */
  private unnamed(node: Node, { metrics }: Payload): void {
    this.counts.refused += metrics.filter(
      ({ name = '' }) => name !== bdSeqName && !control.test(name),
    ).length;
    this.tell(
      `${node.key}: its names make no name of a machine or that of another edge node or device, or there are too many devices; give it a name under machines`,
    );
  }

  private values(node: Node, entity: Entity, payload: Payload, readings: ReadingList): void {
    for (const metric of payload.metrics) {
      if (metric.name !== undefined && (metric.name === bdSeqName || control.test(metric.name))) continue;
      const known = this.known(node, entity, metric);
      if (!known) continue;
      if (!entity.owners.owns(known)) {
        this.counts.refused += 1;
        const { site, machine } = entity.machine;
        this.tell(
          `${node.key}: metric ${known.name} would be the sensor of another one of ${site}/${machine}; give it a name under sensors`,
        );
        continue;
      }
      const value = this.valueOf(known, metric);
      if (value) readings.add(entity.machine, metric.timestamp || payload.timestamp, value);
    }
  }

  /** Returns null for a metric that is not known by now, for which its edge node is asked. */
  private known(node: Node, entity: Entity, { name, alias, type }: Metric): KnownMetric | null {
    const isTyped = type !== undefined && type !== 0;
    // It says all by itself, whatever births have said.
    if (name !== undefined && isTyped) return this.tables.named(name, type);
    const ofAlias = alias === undefined ? undefined : node.byAlias(entity, alias);
    const found = name === undefined ? ofAlias : entity.metrics.get(name);
    if (found && entity.isSure) return isTyped ? { ...found, type } : found;
    this.counts.unknown += 1;
    this.askRebirth(node);
    return null;
  }

  private valueOf({ sensor, type }: KnownMetric, { value, isNull, quality }: Metric): NamedTypedValue | null {
    if (notTaken(type) !== undefined) {
      this.counts.skipped += 1;
      return null;
    }
    if (isNull || value === undefined) return [sensor, null];
    const exact = exactValue(type, value);
    if (exact === null) this.counts.refused += 1;
    if (exact === null) return [sensor, String(value).slice(0, 64), 'bad'];
    return quality === undefined || quality === 'good' ? [sensor, exact] : [sensor, exact, quality];
  }

  private nodeDied(node: Node, { metrics, timestamp }: Payload, readings: ReadingList): void {
    const bdSeq = metrics.find(({ name }) => name === bdSeqName)?.value;
    if (typeof bdSeq === 'bigint' && node.bdSeq !== null) {
      const behind = (node.bdSeq - Number(bdSeq % 256n) + bdSeqCount) % bdSeqCount;
      // The will of a connection before the one of the birth comes late, and says nothing of this one.
      if (behind > 0 && behind < bdSeqCount / 2) return;
    }
    if (!node.isAlive) return;
    this.counts.deaths += 1;
    for (const entity of node.died()) this.unavailable(entity, timestamp, readings);
  }

  private deviceDied(node: Node, device: string, { timestamp }: Payload, readings: ReadingList): void {
    const entity = node.entity(device);
    if (!entity?.isAlive) return;
    this.counts.deaths += 1;
    entity.isAlive = false;
    this.unavailable(entity, timestamp, readings);
  }

  /** Says that the sensors of a machine have no values now. */
  private unavailable({ machine, metrics }: Entity, time: bigint | undefined, readings: ReadingList): void {
    for (const { sensor, type } of metrics.values())
      if (notTaken(type) === undefined) readings.add(machine, time, [sensor, null]);
  }
}
