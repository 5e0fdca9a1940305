/**
 * Sensors that behave like MQTT clients: they keep unacknowledged messages, and resend them after a reconnect, marked
 * as duplicates, before anything new. Acknowledgements may be lost like all other packets.
 */
import { codeOf } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { SimulatedGateway } from './gateway/gateway.ts';
import type { Kind, Ledger, Sent } from './world/ledger.ts';
import type { SensorPlan } from './world/schedule.ts';
import { between, momentMs, pick, type World } from './world/world.ts';

interface Message {
  sent: Sent;
  topic: string;
  payload: Buffer;
}

const reconnectMs: [number, number] = [5, 150];
/** A running gateway must answer a message within this time: its own limit is shorter. */
const answerMsMax = 30_000;

export class Sensor {
  readonly index: number;
  readonly plan: SensorPlan;
  /** Whether a message failed or was resent: only then may the order change. */
  disturbed = false;
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly gateway: SimulatedGateway;
  private readonly random: Random;
  private ordinal = 0;
  private running = true;
  private readonly waiting: Message[] = [];
  /** Messages in the order of sending. */
  private unacked: Message[] = [];
  private connection: { number: number; open: boolean; arrivesMs: number } | null = null;

  constructor(parts: {
    world: World;
    ledger: Ledger;
    gateway: SimulatedGateway;
    index: number;
    plan: SensorPlan;
  }) {
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.gateway = parts.gateway;
    this.index = parts.index;
    this.plan = parts.plan;
    this.random = parts.world.random(`sensor ${parts.index}`);
  }

  start(): void {
    this.produceLater();
    this.connect();
  }

  stop(): void {
    this.running = false;
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.unacked.length === 0;
  }

  /** Closes the connection. Messages in transit may have arrived; their acknowledgements are lost. */
  cut(): void {
    if (!this.connection) return;
    this.connection.open = false;
    this.connection = null;
    if (this.unacked.length > 0) this.disturbed = true;
    this.world.after(between(this.random, ...reconnectMs), () => this.connect());
  }

  private connect(): void {
    if (this.connection) return;
    if (!this.gateway.isUp) {
      this.world.after(between(this.random, ...reconnectMs), () => this.connect());
      return;
    }
    this.connection = { number: this.world.nextConnection++, open: true, arrivesMs: 0 };
    const { connection } = this;
    this.gateway.onStopped(() => {
      this.world.after(between(this.random, 0.1, 20), () => {
        if (connection === this.connection) this.cut();
      });
    });
    for (const message of this.unacked) this.transmit(message, true);
    this.sendNew();
  }

  private produceLater(): void {
    if (!this.running) return;
    const { periodMs } = this.plan;
    this.world.after(between(this.random, 0, 2 * periodMs), () => {
      if (!this.running) return;
      this.waiting.push(this.produce());
      this.sendNew();
      this.produceLater();
    });
  }

  private sendNew(): void {
    while (this.connection && this.waiting.length > 0 && this.unacked.length < this.plan.window) {
      const message = this.waiting.shift()!;
      this.unacked.push(message);
      this.transmit(message, false);
    }
  }

  private transmit(message: Message, resend: boolean): void {
    const { connection, world, gateway } = this;
    if (!connection) return;
    connection.arrivesMs = Math.max(
      connection.arrivesMs + momentMs,
      world.nowMs + between(this.random, 0.05, 3),
    );
    world.after(connection.arrivesMs - world.nowMs, () => {
      if (!connection.open || !gateway.isUp) return;
      message.sent.handed++;
      const { topic, payload } = message;
      const client = `sensor-${this.index}`;
      let isAnswered = false;
      const life = gateway.starts;
      world.after(answerMsMax, () => {
        if (isAnswered || gateway.starts !== life || !gateway.isUp) return;
        this.ledger.broken('every message is answered', this.ledger.describe(message.sent));
      });
      const { number } = connection;
      const user = `user-${this.index}`;
      const received = { client, user, receivedMs: gateway.receivedMs, resend, connection: number };
      gateway.accept({ topic, payload, ...received }, (error) => {
        if (isAnswered) this.ledger.broken('a message is answered once', this.ledger.describe(message.sent));
        isAnswered = true;
        this.settled(message, connection, error);
      });
    });
  }

  private settled(message: Message, connection: { open: boolean }, error: Error | undefined): void {
    if (error) this.disturbed = true;
    const isOfLetters = codeOf(error)?.startsWith('DEADLETTERS') && message.sent.kind !== 'malformed';
    if (isOfLetters)
      this.ledger.broken('dead letters hold up nothing else', this.ledger.describe(message.sent));
    this.world.after(between(this.random, 0.05, 3), () => {
      if (!connection.open) return;
      // The broker disconnects a client whose message it could not store.
      if (error) return this.cut();
      message.sent.acked = true;
      this.unacked = this.unacked.filter((each) => each !== message);
      this.sendNew();
    });
  }

  private produce(): Message {
    const { plan, random, index } = this;
    const ordinal = this.ordinal++;
    const chance = random.next();
    const { malformedShare: bad, poisonShare: poison, lifecycleShare: lifecycle } = plan;
    let kind: Kind = 'reading';
    if (chance < bad) kind = 'malformed';
    else if (chance < bad + poison) kind = 'poison';
    else if (chance < bad + poison + lifecycle) kind = 'lifecycle';
    const sent = this.ledger.add(kind, index, ordinal, plan);
    const topic = `${kind === 'lifecycle' ? 'lifecycle' : 'telemetry'}/plant/${plan.machine}`;
    if (kind === 'malformed') return this.malformed(sent);
    const content = kind === 'lifecycle' ? this.lifecycle(sent) : this.reading(sent, kind === 'poison');
    return { sent, topic, payload: Buffer.from(JSON.stringify(content)) };
  }

  private reading(sent: Sent, poison: boolean): Record<string, unknown> {
    const { plan, random } = this;
    const content: Record<string, unknown> = {};
    if (plan.identity === 'id') content.id = `${this.index}-${sent.ordinal}`;
    if (plan.identity.startsWith('seq')) content.seq = sent.ordinal % plan.seqModulo;
    if (plan.identity.endsWith('ts')) content.ts = this.deviceTime();
    // Sensors of an open type may come in any order.
    const level = `level${this.index}`;
    const names = random.next() < 0.5 ? ['n', level] : [level, 'n'];
    for (const name of names) content[name] = name === 'n' ? sent.n : Math.round(random.next() * 100);
    if (plan.wide) for (let i = 0; i < 8; i++) content[`w${i}`] = random.next();
    if (poison) content.poison = 1;
    return content;
  }

  private lifecycle(sent: Sent): Record<string, unknown> {
    return {
      state: pick(this.random, ['failed', 'replaced']),
      id: `${this.index}-${sent.ordinal}`,
      ts: this.deviceTime(),
      note: `#${sent.n}`,
    };
  }

  private malformed(sent: Sent): Message {
    const { machine, lettersEach } = this.plan;
    if (lettersEach > 1) {
      // Another topic each time, and yet the flood of one user.
      const list = Array.from({ length: lettersEach }, () => `{"volume":"#${sent.n}"}`);
      const flood = `telemetry/plant/${machine}-${sent.n % 50}`;
      return { sent, topic: flood, payload: Buffer.from(`[${list}]`) };
    }
    const [topic, payload] = pick(this.random, [
      [`telemetry/plant/${machine}`, `not JSON #${sent.n}`],
      [`telemetry/plant/${machine}`, `{"volume":"#${sent.n}"}`],
      ['telemetry/plant/unknown', `{"level":1,"note":"#${sent.n}"}`],
      ['somewhere/else', `{"note":"#${sent.n}"}`],
      [`lifecycle/plant/${machine}`, `{"state":"tired","note":"#${sent.n}"}`],
    ]);
    return { sent, topic, payload: Buffer.from(payload) };
  }

  /** The sensor's own clock is right, but coarse. */
  private deviceTime(): number {
    const { tsStepMs } = this.plan;
    return Math.floor(this.world.wallMs / tsStepMs) * tsStepMs;
  }
}
