import { alertsListedMax, type SiteSeverity } from '../../shared/contract/site/site-topics.ts';

interface Open {
  id: string;
  severity: 'warning' | 'critical';
  since: string;
  /** Set for the silence of a machine that is heard again: it is open, and nothing is wrong now. */
  heardSince?: string;
}

/** The open alerts or conditions of one subject, by id, and those that its document lists. Whoever opens bounds how many there are. */
export class OpenList<T extends Open> {
  changedAt: string | null = null;
  private readonly byId = new Map<string, T>();

  get size(): number {
    return this.byId.size;
  }

  get severity(): SiteSeverity {
    const now = [...this.byId.values()].filter(({ heardSince }) => heardSince === undefined);
    if (now.length === 0) return 'none';
    return now.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
  }

  ids(): string[] {
    return [...this.byId.keys()];
  }

  get(id: string): T | undefined {
    return this.byId.get(id);
  }

  put(one: T): void {
    this.byId.set(one.id, one);
  }

  remove(id: string): boolean {
    return this.byId.delete(id);
  }

  /** The worst first, then the oldest. */
  listed(): { listed: T[]; unlisted: number } {
    const rank = ({ severity }: T) => (severity === 'critical' ? 0 : 1);
    const sorted = [...this.byId.values()].sort(
      (a, b) => rank(a) - rank(b) || a.since.localeCompare(b.since) || a.id.localeCompare(b.id),
    );
    return {
      listed: sorted.slice(0, alertsListedMax),
      unlisted: Math.max(0, sorted.length - alertsListedMax),
    };
  }
}
