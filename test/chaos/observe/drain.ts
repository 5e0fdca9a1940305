import { setTimeout as delay } from 'node:timers/promises';
import type { Site } from '../site/site.ts';
import { type GatewayStatus, statusOf } from './reported.ts';

const progressMs = 10_000;
/** Longer than one request and its answer take. */
const requestMsMax = 10_000;

/** Waits until the cloud has everything that the gateway has. Returns null, or the reason if nothing moves any more. */
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
    // A slow machine may take long, so only progress is required.
    if (left < least) deadline = performance.now() + standstillMsMax;
    least = Math.min(least, left);
    // Twice in a row, because a decision about the last readings may not be in the journal yet.
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
    deadline += Math.max(0, tookMs - requestMsMax);
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
