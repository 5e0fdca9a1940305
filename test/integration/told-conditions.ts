import { expect } from 'vitest';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { AlertReceiver } from '../support/peers/alert-receiver.ts';
import { until } from './site.ts';

interface Told {
  alertchange: string;
  data: ConditionData;
}

/** A receiver that is told what is wrong with Harbinger itself. Start it before a cloud that has its settings. */
export class ToldConditions {
  private readonly receiver = new AlertReceiver();

  async start(): Promise<void> {
    await this.receiver.start();
  }

  stop(): void {
    this.receiver.stop();
  }

  /** The `[[alerts.webhook]]` of a cloud that tells this receiver. */
  get webhook() {
    return [{ name: 'hook', url: this.receiver.url, backoffFirstMs: 50, backoffMaxMs: 200 }];
  }

  /** Waits until a condition was told with exactly these changes, and returns what was told last. */
  async until(condition: string, changes: readonly string[]): Promise<ConditionData> {
    await until(() => this.of(condition).length >= changes.length, `${condition} to be told`);
    const told = this.of(condition);
    expect(told.map(({ alertchange }) => alertchange)).toEqual(changes);
    return told.at(-1)!.data;
  }

  private of(condition: string): Told[] {
    const told = [...this.receiver.told.values()] as unknown as Told[];
    return told.filter(({ data }) => data.condition === condition);
  }
}
