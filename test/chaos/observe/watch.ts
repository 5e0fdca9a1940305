/**
 * Observation (test/chaos/observe): what the system reports of itself, and what is in its store. It uses only
 * interfaces that an operator has, and changes nothing.
 *
 * Observes the system continuously like an operator's monitoring: health, readiness, and a few metrics.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProductProcess } from '../../support/processes.ts';
import type { Site } from '../site/site.ts';
import { statusOf } from './reported.ts';

const periodMs = 250;
const answerMsMax = 1_500;

export interface Sample {
  /** Monotonic time. */
  atMs: number;
  /** Null: it did not answer. */
  gatewayHealthy: boolean | null;
  gatewayReady: boolean | null;
  /** Reasons that it gave for not being healthy or ready; empty if it was, or did not answer. */
  gatewaySays: string;
  cloudHealthy: boolean | null;
  cloudReady: boolean | null;
  /** The metric harbinger_uplink_connected. */
  uplinkConnected: boolean | null;
}

export class Watch {
  readonly samples: Sample[] = [];
  readonly #site: Site;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(site: Site) {
    this.#site = site;
  }

  /** Two loops: the status takes seconds while the gateway's data thread does not answer, and health must be seen then. */
  start(): void {
    const loops = [this.#repeat(() => this.#sample()), this.#repeat(() => this.#noteEvents())];
    this.#running = Promise.all(loops).then(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  between(fromMs: number, toMs: number): Sample[] {
    return this.samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  }

  async #repeat(look: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await look();
      await delay(periodMs);
    }
  }

  async #sample(): Promise<void> {
    const { gateway, cloud } = this.#site;
    const [healthy, ready, cloudHealthy, cloudReady, connected] = await Promise.all([
      says(gateway.process, '/healthz'),
      says(gateway.process, '/readyz'),
      says(cloud.process, '/healthz'),
      says(cloud.process, '/readyz'),
      metricOf(gateway.process, 'harbinger_uplink_connected'),
    ]);
    const uplinkConnected = connected === null ? null : connected === 1;
    const atMs = performance.now();
    this.samples.push({
      atMs,
      gatewayHealthy: healthy.ok,
      gatewayReady: ready.ok,
      gatewaySays: healthy.why + ready.why,
      cloudHealthy: cloudHealthy.ok,
      cloudReady: cloudReady.ok,
      uplinkConnected,
    });
  }

  /** Notes the events journalled so far, which must go first on every connection made from now on. */
  async #noteEvents(): Promise<void> {
    const status = await statusOf(this.#site).catch(() => null);
    const events = status?.journals.find(({ lane }) => lane === 'events');
    const { tap } = this.#site.link;
    if (events) tap.eventsKnown = Math.max(tap.eventsKnown, events.lastSeq);
  }
}

/** `ok`: true for status 200, false for another status, null without an answer. `why`: the answer with another status. */
async function says(process: ProductProcess, path: string): Promise<{ ok: boolean | null; why: string }> {
  try {
    const answer = await fetch(`${process.httpUrl}${path}`, { signal: AbortSignal.timeout(answerMsMax) });
    const text = await answer.text();
    return { ok: answer.ok, why: answer.ok ? '' : text.slice(0, 300) };
  } catch {
    return { ok: null, why: '' };
  }
}

/** The sum of a metric's series; null if there is no answer or no such metric. */
export async function metricOf(process: ProductProcess, name: string): Promise<number | null> {
  const value = await process.metric(name).catch(() => Number.NaN);
  return Number.isNaN(value) ? null : value;
}
