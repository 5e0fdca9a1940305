import type { LinkHandlers } from '../../../shared/broker-sessions/link.ts';
import { BrokerSession } from '../../../shared/broker-sessions/session.ts';
import { every, type Timer } from '../../../shared/runtime/clock.ts';
import { rebirthCommand } from '../../../shared/sparkplug/write.ts';
import type { PeerState, SourceDeps } from '../../ports/source.ts';
import type { SparkplugHost } from './config.ts';
import { HandingUntilStored } from './handing.ts';
import { EdgeNodes } from './nodes/edge-nodes.ts';
import { Names } from './nodes/names.ts';
import { type Node, Tables } from './nodes/node.ts';
import { Rebirths } from './nodes/rebirths.ts';
import { topicOf } from './nodes/topic.ts';
import type { HostStats } from './statistics.ts';

export type HostDeps = Pick<SourceDeps, 'intake' | 'clock' | 'random' | 'log'>;

const tickMs = 500;
/** Texts that are told once each; beyond them only counts say what goes wrong. */
const toldMax = 100;

/** The gateway as a Sparkplug host at one broker. */
export class Host {
  readonly session: BrokerSession;
  private readonly config: SparkplugHost;
  private readonly deps: HostDeps;
  private readonly stopping = new AbortController();
  private readonly handing: HandingUntilStored;
  private readonly tables: Tables;
  private readonly nodes: EdgeNodes;
  private readonly rebirths: Rebirths;
  private readonly told = new Set<string>();
  private readonly ticking: Timer;
  private messages = 0;
  private lost: Node[] = [];
  /** The time that STATE and the will of one connection have in common. */
  private connectingMs = 0;
  private isLeaving = false;

  constructor(config: SparkplugHost, key: string, deps: HostDeps) {
    this.config = config;
    this.deps = deps;
    this.handing = new HandingUntilStored(deps, this.stopping.signal, (error) =>
      this.tell(`readings that can never be stored: ${error.message}`),
    );
    this.tables = new Tables(new Names(config), config.metricsMax);
    this.rebirths = new Rebirths(deps.clock, config.rebirthMs, (node) => this.sendRebirth(node));
    this.nodes = new EdgeNodes(
      this.tables,
      (node) => this.rebirths.ask(node),
      (why) => this.tell(why),
    );
    const clientId = `harbinger-${config.hostId}-${Math.floor(deps.random.next() * 2 ** 32).toString(16)}`;
    const groups = config.groups.length > 0 ? config.groups : ['+'];
    const filters = [...groups.map((group) => `spBv1.0/${group}/#`), this.stateTopic()];
    const subscriptions = filters.map((filter) => ({ filter, qos: 1 as const }));
    // The specification wants a clean session of hosts: what was missed comes with the births.
    this.session = new BrokerSession(
      { settings: config, key, clientId, clean: true, expiryS: 0, subscriptions, will: () => this.will() },
      { message: this.take, opened: () => this.opened(), closed: () => this.closed() },
      deps,
    );
    this.ticking = every(deps.clock, tickMs, () => this.rebirths.tick());
  }

  /** Says goodbye, and ends when what came is stored; the caller bounds the wait. */
  async stop(limit: AbortSignal): Promise<void> {
    this.ticking.cancel();
    this.rebirths.forget();
    const { connected } = this.session.stats();
    this.isLeaving = true;
    if (connected) await Promise.race([this.publishState(false), ended(limit)]);
    limit.addEventListener('abort', () => this.stopping.abort(), { once: true });
    await this.session.stop(limit);
    this.stopping.abort();
  }

  stats(): HostStats {
    const { name, url } = this.config;
    const { connected, lostSinceMs, problem, pending } = this.session.stats();
    return {
      ...{ name, url, connected },
      ...(lostSinceMs !== null && { lostSince: new Date(lostSinceMs).toISOString() }),
      ...(problem !== '' && { problem }),
      ...{ nodes: this.nodes.size, nodesAlive: this.nodes.alive, devices: this.tables.devices },
      ...{ metrics: this.tables.metrics, messages: this.messages, pending },
      ...{ ...this.nodes.counts, rebirths: this.rebirths.sent },
      ...{ retried: this.handing.retried, givenUp: this.handing.givenUp },
      notes: [...this.told].slice(0, 10),
    };
  }

  peer(): PeerState {
    const { name, url } = this.config;
    const { connected, lostSinceMs, problem } = this.session.stats();
    return { name, address: url, isConnected: connected, lostSinceMs, problem };
  }

  private readonly take: LinkHandlers['message'] = ({ topic, payload }, settled) => {
    if (topic === this.stateTopic()) {
      // The will of an earlier connection may come late: edge nodes would take the host for gone, and send nothing.
      if (!this.isLeaving && !saysOnline(payload)) void this.publishState(true);
      return settled();
    }
    const about = topicOf(topic);
    if (!about) return settled();
    this.messages += 1;
    const groups = this.nodes.take(about, payload).groups();
    let waiting = groups.length;
    if (waiting === 0) return settled();
    const { name } = this.config;
    const receivedMs = this.deps.clock.nowMs();
    const origin = `sparkplug:${name}/${about.group}/${about.node}${about.device && `/${about.device}`}`;
    for (const readings of groups)
      this.handing.hand(
        { client: `sparkplug:${name}`, receivedMs, resend: false, connection: 0, origin, readings },
        (error) => {
          waiting -= 1;
          if (waiting === 0) settled(error);
        },
      );
  };

  private will(): { topic: string; payload: Buffer } {
    this.connectingMs = this.deps.clock.nowMs();
    return { topic: this.stateTopic(), payload: this.state(false) };
  }

  private stateTopic(): string {
    return `spBv1.0/STATE/${this.config.hostId}`;
  }

  private state(online: boolean): Buffer {
    return Buffer.from(JSON.stringify({ online, timestamp: Math.floor(this.connectingMs) }));
  }

  private publishState(online: boolean): Promise<boolean> {
    return this.session.publish(this.stateTopic(), this.state(online), { qos: 1, retain: true });
  }

  private opened(): void {
    void this.publishState(true);
    for (const node of this.lost.splice(0)) this.rebirths.ask(node);
  }

  private closed(): void {
    this.rebirths.forget();
    const lost = this.nodes.lostSight();
    if (lost.length > 0) this.lost = lost;
  }

  private sendRebirth({ group, id, key }: Node): void {
    const { clock, log } = this.deps;
    log.info({ broker: this.config.name, node: key }, 'asks a Sparkplug edge node for its births');
    void this.session.publish(`spBv1.0/${group}/NCMD/${id}`, rebirthCommand(clock.nowMs()));
  }

  private tell(why: string): void {
    if (this.told.has(why) || this.told.size >= toldMax) return;
    this.told.add(why);
    this.deps.log.warn({ broker: this.config.name }, `left out of Sparkplug: ${why}`);
  }
}

/** False also for a state that cannot be read, which is as good as none. */
function saysOnline(payload: Buffer): boolean {
  try {
    return (JSON.parse(payload.toString()) as { online?: unknown } | null)?.online === true;
  } catch {
    return false;
  }
}

function ended(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true }));
}
