/** Floods of one gateway in the cloud: machines, events, open alerts, and lines for quarantine. */
import { predictionEvent } from '../../../../shared/notifiers/prediction.testing.ts';
import { BatchSender } from '../../../support/peers/batch-sender.ts';
import type { Draw } from '../../draw/draw.ts';
import { calmGateway, floodLimits, stormGateway } from '../../site/limits.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault, type Scene } from '../fault.ts';
import { counterRises, countNow, numbers, toldOfQuota } from './owners.ts';

export const journalOf = (draw: Draw) =>
  draw
    .int(2 ** 40, 2 ** 41)
    .toString(16)
    .padStart(16, '0');

export const lineOf = (gateway: string, machine: string, fields: string) =>
  `generic,gateway=${gateway},machine=${machine},site=storm ${fields} ${Date.now()}000000\n`;

/** Sends batches as one gateway, each until the cloud has confirmed it. */
export class FloodSender {
  private readonly sender: BatchSender;
  private readonly site: Site;
  private readonly gateway: string;
  private readonly seqs = { readings: 0, events: 0 };

  constructor(site: Site, { id, password }: { id: string; password: string }, journal: string) {
    this.site = site;
    this.gateway = id;
    this.sender = new BatchSender(id, password, journal);
  }

  async send(lane: 'readings' | 'events', text: string): Promise<void> {
    const seq = ++this.seqs[lane];
    const problem = await eventually(async () => {
      await this.sender.send(this.site.cloud.process.mqttUrl, lane, text, seq);
      return null;
    });
    if (problem !== null) throw new Error(`gateway ${this.gateway} cannot send: ${problem}`);
  }

  close(): Promise<void> {
    return this.sender.close();
  }
}

/** Runs with both gateways, and closes their connections. */
export async function withGateways(
  site: Site,
  journal: string,
  use: (storm: FloodSender, calm: FloodSender) => Promise<void>,
): Promise<void> {
  const storm = new FloodSender(site, stormGateway, journal);
  const calm = new FloodSender(site, calmGateway, journal);
  try {
    await use(storm, calm);
  } finally {
    await storm.close();
    await calm.close();
  }
}

const eventBatch = 500;

/** Sends predictions of so many machines in batches. */
async function sendPredictions(
  sender: FloodSender,
  { id }: { id: string },
  kind: 'opened' | 'resolved',
  names: readonly string[],
): Promise<void> {
  for (let from = 0; from < names.length; from += eventBatch) {
    const events = names.slice(from, from + eventBatch).map((name) => {
      const data = { predictionId: name, machine: name, site: id };
      return { ...predictionEvent(kind, 0, data), id: `${name}-${kind}`, source: `/gateways/${id}` };
    });
    await sender.send('events', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
}

const machines: Fault = {
  kind: 'gateway-floods-machines',
  target: 'cloud',
  plan(draw) {
    const max = floodLimits.machinesOfGateway;
    const [count, journal] = [draw.int(max + 50, max + 800), journalOf(draw)];
    return {
      text: `another gateway sends readings of ${count} machines, more than one may have; then a third one has one`,
      async run({ site, expect, sends }) {
        sends(count + 1);
        await withGateways(site, journal, async (storm, calm) => {
          for (let from = 0; from < count; from += 500) {
            const lines = numbers(Math.min(500, count - from)).map((i) =>
              lineOf(stormGateway.id, `storm-${journal}-${from + i}`, 'cycles=1'),
            );
            await storm.send('readings', lines.join(''));
          }
          await calm.send('readings', lineOf(calmGateway.id, `calm-${journal}`, 'cycles=1'));
        });
        expect('cloud: lists the machine of the other gateway, and says who has too many', async () => {
          const path = `/api/machines/storm/calm-${journal}`;
          const answer = await fetch(`${site.cloud.process.httpUrl}${path}`);
          if (answer.status !== 200) return `${path}: ${answer.status}`;
          return toldOfQuota(site.cloud, 'machines', stormGateway.id, false);
        });
      },
    };
  },
};

const alerts: Fault = {
  kind: 'gateway-floods-alerts',
  target: 'cloud',
  plan(draw) {
    const max = floodLimits.openAlerts;
    const [count, journal] = [draw.int(max + 20, max + 300), journalOf(draw)];
    return {
      text: `another gateway opens ${count} alerts, more than there may be, and ends them; a third one has opened one before`,
      async run({ site, expect }) {
        const calmName = `calm-${journal}`;
        const names = numbers(count).map((i) => `storm-${journal}-${i}`);
        let isOpen: string | null = null;
        let told: string | null = null;
        await withGateways(site, journal, async (storm, calm) => {
          await sendPredictions(calm, calmGateway, 'opened', [calmName]);
          await sendPredictions(storm, stormGateway, 'opened', names);
          isOpen = await eventually(async () => {
            const { alerts: open } = await site.cloud.process.json<{ alerts: { alertId: string }[] }>(
              '/api/alerts?state=open&limit=1000',
            );
            return open.some(({ alertId }) => alertId === calmName) ? null : `${open.length} others are open`;
          }, 20_000);
          told = await toldOfQuota(site.cloud, 'alerts', stormGateway.id, false);
          await sendPredictions(storm, stormGateway, 'resolved', names);
          await sendPredictions(calm, calmGateway, 'resolved', [calmName]);
        });
        expect('cloud: the alert of the other gateway stays open beside the flood', () => isOpen);
        expect('cloud: says whose alerts were forgotten', () => told);
      },
    };
  },
};

const events: Fault = {
  kind: 'gateway-floods-events',
  target: 'cloud',
  plan(draw) {
    const [count, journal] = [floodLimits.events + draw.int(100, 1_000), journalOf(draw)];
    return {
      text: `another gateway sends ${count} events, more than are kept; a third one has sent one before`,
      async run({ site, expect }) {
        await withGateways(site, journal, async (storm, calm) => {
          // Ends of predictions that nobody has opened: they change no alert.
          await sendPredictions(calm, calmGateway, 'resolved', [`calm-${journal}`]);
          const names = numbers(count).map((i) => `storm-${journal}-${i}`);
          await sendPredictions(storm, stormGateway, 'resolved', names);
        });
        expect('cloud: the flood takes the place of its own events only', async () => {
          let before: string | null = '';
          while (before !== null) {
            const query: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
            const page: { items: { id: string }[]; next: string | null } = await site.cloud.process.json(
              `/api/events?limit=500${query}`,
            );
            if (page.items.some(({ id }) => id === `calm-${journal}-resolved`)) return null;
            before = page.next;
          }
          return 'the event of the other gateway is gone';
        });
      },
    };
  },
};

interface QuarantinePage {
  items: { gateway: string; lane: string; code: string }[];
}

/** Its target is the sensors', because the poisoned readings that come there are counted exactly. */
const quarantine: Fault = {
  kind: 'gateway-floods-quarantine',
  target: 'sensors',
  plan(draw) {
    const [count, journal] = [floodLimits.quarantine + draw.int(20, 150), journalOf(draw)];
    return {
      text: `another gateway sends ${count} batches that can never be stored, more than quarantine keeps; a third one has sent one`,
      async run(scene: Scene) {
        const { site, allow, expect, isAllowed, targets } = scene;
        allow('quarantined');
        const dropped = 'harbinger_quarantine_dropped_total{reason="count"}';
        const before = await countNow(site.cloud, dropped);
        await withGateways(site, journal, async (storm, calm) => {
          await calm.send('readings', 'no line of the third gateway\n');
          for (const i of numbers(count)) await storm.send('readings', `no line ${journal} ${i}\n`);
        });
        expect('cloud: what others have in quarantine is kept', async () => {
          // They went with the database, which another fault has removed.
          if (isAllowed('alerts-unknown')) return null;
          const { items } = await site.cloud.process.json<QuarantinePage>('/api/quarantine?limit=500');
          return items.some(({ gateway }) => gateway === calmGateway.id)
            ? null
            : `${items.length} entries, none of the third gateway`;
        });
        expect('cloud: counts what it dropped of the flood', () =>
          targets.has('cloud') ? null : counterRises(site.cloud, dropped, before),
        );
      },
    };
  },
};

export const gatewayFloods: Fault[] = [machines, alerts, events, quarantine];
