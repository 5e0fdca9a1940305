/**
 * Storms (cloud/alerts/storms): many machines of one site that are told of within minutes have a common cause: power, network, a
 * supply that they share. Then one alert says that, and warnings of single machines wait until it is over; what is critical does
 * not. Here they are found; the condition `site-degraded` tells of them, and held.ts holds the others.
 */
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineAlert } from '../../ports/alerts.ts';
import type { SiteStorm } from '../../ports/work/storms.ts';

export interface StormSettings {
  stormMachinesMin: number;
  stormPercentMin: number;
  stormWindowMin: number;
  off: readonly string[];
}

interface Opened {
  atMs: number;
  what: string;
}

interface Site {
  /** Machines of which an alert has opened within the window, by gateway and name. */
  opened: Map<string, Opened>;
  storm: { sinceMs: number; machines: Map<string, string> } | null;
}

/** Sites that are watched at once, and machines that one storm counts. */
const sitesMax = 1_000;
const machinesMax = 10_000;
const kindsShown = 3;

export class SiteStorms {
  /** How many machines a site has; set by who knows it. */
  machinesAt: (site: string) => number = () => 0;
  private readonly settings: StormSettings;
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly sites = new Map<string, Site>();

  constructor(settings: StormSettings, clock: Pick<Clock, 'nowMs'>) {
    this.settings = settings;
    this.clock = clock;
  }

  /** Notes that an alert about a machine has opened. */
  opened({ gateway, prediction: { site, machine, failureMode } }: MachineAlert): void {
    if (this.settings.off.includes('site-degraded')) return;
    const nowMs = this.clock.nowMs();
    const known = this.siteOf(site);
    if (!known) return;
    this.prune(known, nowMs);
    const key = `${gateway}/${machine}`;
    if (known.opened.size < machinesMax) known.opened.set(key, { atMs: nowMs, what: failureMode });
    if (known.storm && known.storm.machines.size < machinesMax) known.storm.machines.set(key, failureMode);
    if (!known.storm && this.isStorm(site, known)) {
      const machines = new Map([...known.opened].map(([name, { what }]) => [name, what]));
      known.storm = { sinceMs: Math.min(...[...known.opened.values()].map(({ atMs }) => atMs)), machines };
    }
  }

  isOn(site: string): boolean {
    return this.current(site) !== null;
  }

  /** Storms that are on. */
  list(): SiteStorm[] {
    return [...this.sites.keys()].flatMap((site) => this.current(site) ?? []);
  }

  private current(site: string): SiteStorm | null {
    const known = this.sites.get(site);
    if (!known?.storm) return null;
    this.prune(known, this.clock.nowMs());
    if (known.opened.size < Math.max(1, this.settings.stormMachinesMin / 2)) {
      known.storm = null;
      if (known.opened.size === 0) this.sites.delete(site);
      return null;
    }
    const { sinceMs, machines } = known.storm;
    return {
      site,
      sinceMs,
      machines: machines.size,
      ofSite: this.machinesAt(site),
      kinds: kindsOf(machines),
    };
  }

  private isStorm(site: string, { opened }: Site): boolean {
    const { stormMachinesMin, stormPercentMin } = this.settings;
    if (opened.size < stormMachinesMin) return false;
    return opened.size * 100 >= this.machinesAt(site) * stormPercentMin;
  }

  private prune({ opened }: Site, nowMs: number): void {
    const fromMs = nowMs - this.settings.stormWindowMin * 60_000;
    for (const [name, { atMs }] of opened) if (atMs < fromMs || atMs > nowMs) opened.delete(name);
  }

  private siteOf(site: string): Site | null {
    const known = this.sites.get(site);
    if (known) return known;
    if (this.sites.size >= sitesMax) {
      const nowMs = this.clock.nowMs();
      for (const [name, each] of this.sites) {
        this.prune(each, nowMs);
        if (!each.storm && each.opened.size === 0) this.sites.delete(name);
      }
      if (this.sites.size >= sitesMax) return null;
    }
    const fresh: Site = { opened: new Map(), storm: null };
    this.sites.set(site, fresh);
    return fresh;
  }
}

/** The most frequent kinds of alerts, with how many machines have them. */
function kindsOf(machines: ReadonlyMap<string, string>): SiteStorm['kinds'] {
  const counts = new Map<string, number>();
  for (const what of machines.values()) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, kindsShown)
    .map(([what, count]) => ({ what, count }));
}
