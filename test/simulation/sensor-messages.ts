/** The messages of one simulated sensor, as its plan says. */
import type { Random } from '../../shared/runtime/random.ts';
import type { Kind, Ledger, Sent } from './world/ledger.ts';
import type { SensorPlan } from './world/schedule.ts';
import { pick, type World } from './world/world.ts';

export interface Message {
  sent: Sent;
  topic: string;
  payload: Buffer;
  /** QoS 2: the packet id, from PUBLISH to PUBCOMP. */
  messageId: number;
  /** QoS 2: PUBREC was received, so that PUBREL follows. */
  isReceived: boolean;
}

/** The values of a fan, which sends its speed or a state; which of both it has sent first may be forgotten in a restart. */
const fanValues = ['off', 1_200, 'auto', true, 900];

export class SensorMessages {
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly random: Random;
  private readonly index: number;
  private readonly plan: SensorPlan;
  private ordinal = 0;
  /** Number of the first reading: in the payload of all, if they are equal. */
  private first: number | null = null;

  constructor(parts: { world: World; ledger: Ledger; random: Random; index: number; plan: SensorPlan }) {
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.random = parts.random;
    this.index = parts.index;
    this.plan = parts.plan;
  }

  next(): Message {
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
    if (kind === 'malformed') return this.message(sent, ...this.malformed(sent));
    const content = kind === 'lifecycle' ? this.lifecycle(sent) : this.reading(sent, kind === 'poison');
    return this.message(sent, topic, JSON.stringify(content));
  }

  private message(sent: Sent, topic: string, text: string): Message {
    const payload = Buffer.from(text);
    this.ledger.notePayload(payload, sent);
    return { sent, topic, payload, messageId: 0, isReceived: false };
  }

  private reading(sent: Sent, poison: boolean): Record<string, unknown> {
    const { plan, random, index } = this;
    this.first ??= sent.n;
    if (plan.constant) return { seq: sent.ordinal % plan.seqModulo, n: this.first, level: 1 };
    const content: Record<string, unknown> = {};
    if (plan.identity === 'id') content.id = `${this.index}-${sent.ordinal}`;
    if (plan.identity.startsWith('seq')) content.seq = sent.ordinal % plan.seqModulo;
    if (plan.identity.endsWith('ts')) content.ts = this.deviceTime();
    // Sensors of an open type may come in any order.
    const level = `level${index}`;
    const names = random.next() < 0.5 ? ['n', level] : [level, 'n'];
    for (const name of names) content[name] = name === 'n' ? sent.n : Math.round(random.next() * 100);
    if (index % 4 > 0) content.fan = fanValues[sent.n % fanValues.length];
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

  private malformed(sent: Sent): [topic: string, payload: string] {
    const { machine, lettersEach } = this.plan;
    if (lettersEach > 1) {
      // Another topic each time, and yet the flood of one user.
      const list = Array.from({ length: lettersEach }, () => `{"volume":"#${sent.n}"}`);
      return [`telemetry/plant/${machine}-${sent.n % 50}`, `[${list}]`];
    }
    return pick(this.random, [
      [`telemetry/plant/${machine}`, `not JSON #${sent.n}`],
      [`telemetry/plant/${machine}`, `{"volume":"#${sent.n}"}`],
      ['telemetry/plant/unknown', `{"level":1,"note":"#${sent.n}"}`],
      ['somewhere/else', `{"note":"#${sent.n}"}`],
      [`lifecycle/plant/${machine}`, `{"state":"tired","note":"#${sent.n}"}`],
    ]);
  }

  /** The sensor's own clock is right, but coarse. */
  private deviceTime(): number {
    const { tsStepMs } = this.plan;
    return Math.floor(this.world.wallMs / tsStepMs) * tsStepMs;
  }
}
