import { fadedMs, withSpan } from '../../shared/bounds/longest-lately.ts';
import { type Clock, every, type Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type {
  ContactSink,
  ContactState,
  ContactStore,
  GatewayContact,
  GatewayContacts,
  KeptContact,
} from '../ports/contacts/contacts.ts';

export interface ContactsOptions {
  /** Gateways that may connect: no others are watched, or kept. */
  configured: readonly string[];
  /** When the latest batch of each gateway was stored, for gateways of which nothing is kept yet. */
  latestBatchMs: ReadonlyMap<string, number>;
  store: ContactStore;
  /** A gateway that was not lost for longer lately is silent after so long. */
  silentAfterMs: number;
  clock: Clock;
  log: Log;
}

/** A gateway that is often lost for a while is told later, but never later than so many times the usual limit. */
const silentFactorMax = 12;
const outageFactor = 2;
/** Longer outages are failures, and teach nothing about what is usual. */
const outageTaughtMsMax = 3_600_000;
const pauseFactor = 3;
const idleAfterMsMin = 30 * 60_000;
const idleAfterMsMax = 7 * 86_400_000;
/** Before a gateway was seen for a whole week and a day, a plant that rests at weekends looks as if it were idle. */
const rhythmKnownAfterMs = 8 * 86_400_000;
const idleAfterMsUntilKnown = 3 * 86_400_000;
/** After so long, what was known of its machines counts as outdated, also when it is back. */
const lostMsMin = 60_000;
const keepEveryMs = 5_000;
/** How outdated the time at which a gateway was heard may be after a crash. */
const staleMsMax = 60_000;

interface Known {
  kept: KeptContact;
  /** As it is on disk; null if it is not there. */
  stored: KeptContact | null;
  connections: number;
  /** Since when it is not connected, in monotonic ms; at first, the start of the cloud. */
  lostMs: number;
  /** Since when it could have sent something and has not, in the same ms: not before it came back from silence. */
  quietMs: number;
}

/**
 * When gateways were heard, and which of them are silent. Durations are measured by the monotonic clock, so that a clock
 * that is set silences nobody; times that are kept and shown are those of the wall clock. After a start of the cloud
 * gateways have the usual time to connect again; those that were silent before stay silent until they are heard, and those that
 * were idle stay idle until they send.
 */
export class Contacts implements ContactSink, GatewayContacts {
  private readonly options: ContactsOptions;
  private readonly known = new Map<string, Known>();
  private configured: ReadonlySet<string>;
  private readonly mayWarn: () => boolean;
  private timer: Timer | null = null;
  private keeping: Promise<void> = Promise.resolve();

  constructor(options: ContactsOptions) {
    this.options = options;
    this.configured = new Set(options.configured);
    this.mayWarn = rateLimit(options.clock, staleMsMax);
    const startMs = options.clock.monotonicMs();
    const add = (gateway: string, kept: KeptContact, stored: KeptContact | null) => {
      if (!this.configured.has(gateway) || this.known.has(gateway)) return;
      this.known.set(gateway, { kept, stored, connections: 0, lostMs: startMs, quietMs: startMs });
    };
    for (const [gateway, kept] of options.store.load()) add(gateway, kept, kept);
    for (const [gateway, ms] of options.latestBatchMs) add(gateway, newContact(ms), null);
  }

  /** Knows these gateways from now on, and no others. */
  configure(gateways: readonly string[]): void {
    this.configured = new Set(gateways);
    for (const gateway of [...this.known.keys()])
      if (!this.configured.has(gateway)) this.known.delete(gateway);
  }

  start(): void {
    this.timer = every(this.options.clock, keepEveryMs, () => void this.keep());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.keep();
  }

  connected(gateway: string): void {
    const heardBeforeMs = this.known.get(gateway)?.kept.heardMs;
    const known = this.heardNow(gateway);
    if (!known) return;
    const { clock } = this.options;
    const nowMs = clock.nowMs();
    const wasLostMs = clock.monotonicMs() - known.lostMs;
    // When it was heard before a start of the cloud is known only by the wall clock, and to a minute.
    const wasUnheardMs = nowMs - (heardBeforeMs ?? nowMs);
    const isBack =
      known.kept.stoppedMs !== null || wasLostMs >= lostMsMin || wasUnheardMs >= lostMsMin + staleMsMax;
    if (known.connections === 0 && isBack) known.kept = { ...known.kept, backMs: nowMs };
    const isOutage =
      known.connections === 0 && known.kept.stoppedMs === null && wasLostMs <= outageTaughtMsMax;
    if (isOutage) known.kept = { ...known.kept, outage: withSpan(known.kept.outage, wasLostMs, nowMs) };
    if (known.kept.silentSinceMs !== null) known.quietMs = clock.monotonicMs();
    known.kept = { ...known.kept, stoppedMs: null, silentSinceMs: null };
    known.connections += 1;
  }

  disconnected(gateway: string): void {
    const known = this.known.get(gateway);
    if (!known) return;
    known.connections = Math.max(0, known.connections - 1);
    if (known.connections === 0) known.lostMs = this.options.clock.monotonicMs();
  }

  heard(gateway: string): void {
    this.heardNow(gateway);
  }

  sent(gateway: string): void {
    const known = this.heardNow(gateway);
    if (!known) return;
    const nowMs = this.options.clock.nowMs();
    const monotonicMs = this.options.clock.monotonicMs();
    const pause = withSpan(known.kept.pause, monotonicMs - known.quietMs, nowMs);
    known.kept = { ...known.kept, sentMs: nowMs, idleSinceMs: null, pause };
    known.quietMs = monotonicMs;
  }

  stopped(gateway: string): void {
    const known = this.heardNow(gateway);
    if (known) known.kept = { ...known.kept, stoppedMs: this.options.clock.nowMs() };
  }

  of(gateway: string): GatewayContact | undefined {
    const known = this.known.get(gateway);
    if (!known) return undefined;
    const { heardMs, sentMs, stoppedMs } = known.kept;
    const state = this.stateOf(known);
    const isSilent = state === 'silent' || state === 'stopped';
    const silentSinceMs = isSilent ? (known.kept.silentSinceMs ?? stoppedMs ?? heardMs) : null;
    const idleSinceMs = state === 'idle' ? (known.kept.idleSinceMs ?? sentMs) : null;
    const keptSinceMs = silentSinceMs ?? known.kept.silentSinceMs;
    if (keptSinceMs !== known.kept.silentSinceMs || idleSinceMs !== known.kept.idleSinceMs)
      known.kept = { ...known.kept, silentSinceMs: keptSinceMs, idleSinceMs };
    const isConnected = known.connections > 0;
    const lostMs = this.options.clock.monotonicMs() - known.lostMs;
    const lostSinceMs = !isConnected && (isSilent || lostMs >= lostMsMin) ? (silentSinceMs ?? heardMs) : null;
    const backSinceMs = known.kept.backMs ?? null;
    return { gateway, isConnected, heardMs, state, silentSinceMs, lostSinceMs, backSinceMs, idleSinceMs };
  }

  all(): GatewayContact[] {
    return [...this.known.keys()].map((gateway) => this.of(gateway)!);
  }

  /** One that is idle stays so until it sends something, or is silent: also while it is lost for a moment. */
  private stateOf({ kept, connections, lostMs, quietMs }: Known): ContactState {
    const monotonicMs = this.options.clock.monotonicMs();
    const isSilent = () => kept.silentSinceMs !== null || monotonicMs - lostMs >= this.silentAfterMs(kept);
    if (connections === 0 && isSilent()) return kept.stoppedMs === null ? 'silent' : 'stopped';
    if (kept.idleSinceMs != null) return 'idle';
    return connections > 0 && monotonicMs - quietMs >= this.idleAfterMs(kept) ? 'idle' : 'heard';
  }

  private silentAfterMs({ outage }: KeptContact): number {
    const { silentAfterMs, clock } = this.options;
    const usualMs = outageFactor * fadedMs(outage, clock.nowMs());
    return Math.min(silentFactorMax * silentAfterMs, Math.max(silentAfterMs, usualMs));
  }

  private idleAfterMs({ pause, firstMs }: KeptContact): number {
    const nowMs = this.options.clock.nowMs();
    if (nowMs - firstMs < rhythmKnownAfterMs) return idleAfterMsUntilKnown;
    return Math.min(idleAfterMsMax, Math.max(idleAfterMsMin, pauseFactor * fadedMs(pause, nowMs)));
  }

  private heardNow(gateway: string): Known | null {
    if (!this.configured.has(gateway)) return null;
    const nowMs = this.options.clock.nowMs();
    const monotonicMs = this.options.clock.monotonicMs();
    const known = this.known.get(gateway) ?? {
      kept: newContact(nowMs),
      stored: null,
      connections: 0,
      lostMs: monotonicMs,
      quietMs: monotonicMs,
    };
    known.kept = { ...known.kept, heardMs: nowMs };
    this.known.set(gateway, known);
    return known;
  }

  private async keep(): Promise<void> {
    this.keeping = this.keeping.then(() => this.keepChanged());
    await this.keeping;
  }

  private async keepChanged(): Promise<void> {
    const changed = new Map<string, KeptContact>();
    for (const gateway of this.known.keys()) this.of(gateway); // so that who has become silent is kept too
    for (const [gateway, { kept, stored }] of this.known)
      if (isWorthKeeping(kept, stored)) changed.set(gateway, kept);
    if (changed.size === 0) return;
    try {
      await this.options.store.save(changed);
      for (const [gateway, kept] of changed) this.known.get(gateway)!.stored = kept;
    } catch (error) {
      if (this.mayWarn())
        this.options.log.warn({ problem: messageOf(error) }, 'when gateways were heard could not be saved');
    }
  }
}

function newContact(nowMs: number): KeptContact {
  const nothing = { ms: 0, atMs: nowMs };
  return {
    heardMs: nowMs,
    sentMs: nowMs,
    firstMs: nowMs,
    stoppedMs: null,
    silentSinceMs: null,
    idleSinceMs: null,
    outage: nothing,
    pause: nothing,
  };
}

function isWorthKeeping(now: KeptContact, stored: KeptContact | null): boolean {
  if (!stored || now.heardMs - stored.heardMs >= staleMsMax) return true;
  return (
    now.stoppedMs !== stored.stoppedMs ||
    now.silentSinceMs !== stored.silentSinceMs ||
    now.idleSinceMs !== stored.idleSinceMs ||
    now.backMs !== stored.backMs
  );
}
