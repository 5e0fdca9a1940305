import type { SiteBroker } from '../../../gateway/ports/source.ts';
import { type MachineAlertsDocument, machineTopics } from '../../../shared/contract/site/site-topics.ts';

/** A change of the alerts of a machine, as whoever listens to the gateway's broker learns it. */
export interface SiteChange {
  change: 'opened' | 'updated' | 'resolved';
  site: string;
  machine: string;
  alert: MachineAlertsDocument['alerts'][number];
}

/**
 * The broker of a site, which keeps retained messages over restarts of the gateway, with somebody who listens: an HMI that shows
 * the documents of machines.
 */
export class SiteListener implements SiteBroker {
  private readonly messages = new Map<string, string>();
  private readonly changed: (change: SiteChange) => void;

  constructor(changed: (change: SiteChange) => void) {
    this.changed = changed;
  }

  kept(): Iterable<readonly [topic: string, text: string | null]> {
    return this.messages;
  }

  async publish(topic: string, payload: Buffer): Promise<void> {
    const text = payload.toString();
    const before = this.messages.get(topic);
    this.messages.set(topic, text);
    const [, site, machine] = topic.split('/');
    if (topic !== machineTopics(site ?? '', machine ?? '').alerts) return;
    this.compare(documentIn(before), documentIn(text));
  }

  private compare(before: MachineAlertsDocument | null, now: MachineAlertsDocument | null): void {
    const { site, machine } = (now ?? before)!;
    const [were, are] = [before?.alerts ?? [], now?.alerts ?? []];
    const say = (change: SiteChange['change'], alert: SiteChange['alert']) =>
      this.changed({ change, site, machine, alert });
    for (const alert of are) {
      const was = were.find(({ id }) => id === alert.id);
      if (!was) say('opened', alert);
      else if (was.severity !== alert.severity) say('updated', alert);
    }
    for (const alert of were) if (!are.some(({ id }) => id === alert.id)) say('resolved', alert);
  }
}

function documentIn(text: string | undefined): MachineAlertsDocument | null {
  return text ? (JSON.parse(text) as MachineAlertsDocument) : null;
}
