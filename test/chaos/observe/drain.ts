import { setTimeout as delay } from 'node:timers/promises';
import type { Site } from '../site/site.ts';
import { type GatewayStatus, statusOf } from './reported.ts';

const progressMs = 10_000;
/** More than one question and its answer take. */
const questionMsMax = 10_000;

/** Waits until everything that the gateway has is in the cloud. Null, or why not: nothing has moved for so long. */
export async function drained(
  site: Site,
  standstillMsMax: number,
  say: (text: string) => void,
): Promise<string | null> {
  let deadline = performance.now() + standstillMsMax;
  let sayAtMs = performance.now() + progressMs;
  let calm = 0;
  let last = 'the gateway does not answer';
  let least = Number.POSITIVE_INFINITY;
  for (let askedAtMs = performance.now(); askedAtMs < deadline; ) {
    const status = await statusOf(site).catch(() => null);
    last = status ? rest(status) : 'the gateway does not answer';
    const left = status ? waiting(status) : Number.POSITIVE_INFINITY;
    // A slow machine may take long; what counts is progress.
    if (left < least) deadline = performance.now() + standstillMsMax;
    least = Math.min(least, left);
    // Twice in a row: a decision of the last readings may still be on its way to the journal.
    calm = last === '' ? calm + 1 : 0;
    if (calm >= 3) return null;
    if (performance.now() > sayAtMs) {
      sayAtMs += progressMs;
      say(`draining: ${last}; ${((deadline - performance.now()) / 1_000).toFixed(0)} s left`);
    }
    await delay(150);
    const tookMs = performance.now() - askedAtMs;
    askedAtMs += tookMs;
    // This process itself was suspended, and with it the processes that it waits for.
    deadline += Math.max(0, tookMs - questionMsMax);
  }
  return `not drained, and nothing has moved for ${standstillMsMax / 1_000} s: ${last}`;
}

function waiting({ backlog, pending, alerts }: GatewayStatus): number {
  const blocks = Object.values(backlog).reduce((sum, lane) => sum + lane.blocks, 0);
  return blocks + pending + alerts.events.pending;
}

function rest({ backlog, pending, alerts, uplink }: GatewayStatus): string {
  const behind = Object.entries(backlog).filter(([, { blocks }]) => blocks > 0);
  const parts = behind.map(([lane, { blocks }]) => `${blocks} blocks of ${lane}`);
  if (pending > 0) parts.push(`${pending} messages not on disk`);
  if (alerts.events.pending > 0) parts.push(`${alerts.events.pending} events not journalled`);
  if (parts.length > 0 && !uplink.connected) parts.push(`uplink down (${uplink.lastError})`);
  return parts.join(', ');
}
