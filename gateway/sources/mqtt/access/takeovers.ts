/**
 * Notices client ids that two devices use, as clones of one image do: each connection closes that of the other device,
 * which connects again at once. A single device that reconnects before its earlier connection has ended looks the same, but
 * does so rarely, and from one address.
 */
import type { Clock } from '../../../../shared/runtime/clock.ts';

/** A client id is shared if it is taken over this often within the window. */
const takeoversMin = 3;
const windowMs = 60_000;
/** Time after the last takeover for which a shared client id is reported. */
const sharedMs = 600_000;
const logEveryMs = 600_000;
const clientsMax = 1_000;
const addressesMax = 8;
const reportedMax = 20;

/** A client id that two devices use. */
export interface SharedClientId {
  client: string;
  user: string;
  /** Addresses from which it has connected, the latest first. */
  addresses: string[];
  takeovers: number;
  takeoversPerMinute: number;
  lastTakeoverMs: number;
}

interface Takeover {
  client: string;
  user: string;
  /** Addresses of the connection that was closed and of the one that replaced it. */
  addresses: [string, string];
}

interface Use extends Omit<SharedClientId, 'takeoversPerMinute'> {
  /** Monotonic times of the takeovers in the window, the latest last. */
  recent: number[];
  sharedUntilMs: number;
  loggedMs: number;
}

export class Takeovers {
  total = 0;
  /** Ordered by the last takeover, oldest first. */
  private readonly uses = new Map<string, Use>();
  private readonly clock: Clock;
  private readonly tell: (who: Record<string, unknown>, message: string) => void;

  constructor(clock: Clock, tell: (who: Record<string, unknown>, message: string) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  note({ client, user, addresses }: Takeover): void {
    const nowMs = this.clock.monotonicMs();
    this.total += 1;
    const use = this.useOf(client, user);
    use.takeovers += 1;
    use.lastTakeoverMs = this.clock.nowMs();
    for (const address of addresses) {
      use.addresses = [address, ...use.addresses.filter((each) => each !== address)].slice(0, addressesMax);
    }
    use.recent = [...use.recent.filter((atMs) => atMs > nowMs - windowMs), nowMs].slice(-100);
    if (use.recent.length >= takeoversMin) use.sharedUntilMs = nowMs + sharedMs;
    else if (use.sharedUntilMs <= nowMs) return;
    if (nowMs - use.loggedMs >= logEveryMs) {
      use.loggedMs = nowMs;
      const who = { client, user, addresses: use.addresses, takeoversPerMinute: use.recent.length };
      this.tell(who, use.addresses.length > 1 ? severalAddresses : oneAddress);
    }
  }

  isShared(client: string): boolean {
    const use = this.uses.get(client);
    return use !== undefined && use.sharedUntilMs > this.clock.monotonicMs();
  }

  /** The shared client ids, the most often taken over first; at most 20, of `count`. */
  shared(): { count: number; worst: SharedClientId[] } {
    const fromMs = this.clock.monotonicMs() - windowMs;
    const shared = [...this.uses.values()]
      .filter(({ client }) => this.isShared(client))
      .map(({ client, user, addresses, takeovers, lastTakeoverMs, recent }) => {
        const takeoversPerMinute = recent.filter((atMs) => atMs > fromMs).length;
        return { client, user, addresses, takeovers, takeoversPerMinute, lastTakeoverMs };
      });
    shared.sort((a, b) => b.takeoversPerMinute - a.takeoversPerMinute);
    return { count: shared.length, worst: shared.slice(0, reportedMax) };
  }

  private useOf(client: string, user: string): Use {
    const known = this.uses.get(client);
    this.uses.delete(client);
    const use = known ?? {
      client,
      user,
      addresses: [],
      takeovers: 0,
      lastTakeoverMs: 0,
      recent: [],
      sharedUntilMs: Number.NEGATIVE_INFINITY,
      loggedMs: Number.NEGATIVE_INFINITY,
    };
    use.user = user;
    if (this.uses.size >= clientsMax) this.uses.delete(this.uses.keys().next().value ?? '');
    this.uses.set(client, use);
    return use;
  }
}

const severalAddresses =
  "two devices use one client id and close each other's connection again and again; give each device its own client id";
const oneAddress =
  'a client id is taken over again and again: two devices behind one address use it, or one device connects anew without closing; give each device its own client id';
