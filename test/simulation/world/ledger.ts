/**
 * The record of a run, kept outside the system: every message that was sent, its outcome, and every rule that was
 * broken. Each message carries a unique number, so that it is recognised wherever it appears.
 */
import type { SensorPlan } from './schedule.ts';

export type Kind = 'reading' | 'poison' | 'malformed' | 'lifecycle' | 'event' | 'estimate';

export interface Sent {
  n: number;
  kind: Kind;
  /** Position in its sensor's order of sending; -1 if no sensor sent it. */
  ordinal: number;
  sensor: number;
  plan: SensorPlan | null;
  acked: boolean;
  /** How often the gateway received it; of QoS 2, how often the broker handed it over. */
  handed: number;
  /** How often the broker was told that it could not be stored. */
  refused: number;
}

export interface Problem {
  invariant: string;
  detail: string;
}

const problemsMax = 20;

export class Ledger {
  readonly sent: Sent[] = [];
  readonly problems: Problem[] = [];
  private readonly payloads = new WeakMap<Buffer, Sent>();

  add(kind: Kind, sensor = -1, ordinal = -1, plan: SensorPlan | null = null): Sent {
    const sent = { n: this.sent.length, kind, ordinal, sensor, plan, acked: false, handed: 0, refused: 0 };
    this.sent.push(sent);
    return sent;
  }

  notePayload(payload: Buffer, sent: Sent): void {
    this.payloads.set(payload, sent);
  }

  /** The message whose payload this very buffer is. */
  ofPayload(payload: Buffer): Sent | undefined {
    return this.payloads.get(payload);
  }

  broken(invariant: string, detail: string): void {
    if (this.problems.length < problemsMax) this.problems.push({ invariant, detail });
  }

  describe({ n, kind, sensor, ordinal, acked, handed }: Sent): string {
    const from = sensor >= 0 ? ` (message ${ordinal} of sensor ${sensor})` : '';
    return `${kind} #${n}${from}, ${acked ? 'acked' : 'not acked'}, handed over ${handed} times`;
  }
}
