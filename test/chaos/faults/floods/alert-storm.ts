import { predictionEvent } from '../../../../shared/notifiers/prediction.testing.ts';
import { BatchSender } from '../../../support/peers/batch-sender.ts';
import { stormGateway } from '../../site/limits.ts';
import { eventually, type Fault } from '../fault.ts';
import { numbers } from './owners.ts';

/** All of them end, so that the cloud's list of open alerts is again that of its gateways. */
export const alertStorm: Fault = {
  kind: 'alert-storm-without-receiver',
  target: 'cloud',
  plan(draw) {
    const [count, endedBefore] = [draw.int(300, 600), draw.int(0, 300)];
    const [journal, kills] = [
      draw
        .int(2 ** 40, 2 ** 41)
        .toString(16)
        .padStart(16, '0'),
      draw.int(0, 2),
    ];
    const eventOf = (kind: 'opened' | 'resolved', i: number) => {
      const predictionId = `storm-${journal}-${i}`;
      // Each has a site of its own, since one alert is told for many machines of one site.
      const data = { predictionId, machine: 'storm', site: `storm-${i}` };
      const source = `/gateways/${stormGateway.id}`;
      return { ...predictionEvent(kind, 0, data), id: `${predictionId}-${kind}`, source };
    };
    return {
      text: `another gateway sends ${count} alerts while their receiver is away, and ends them; kill -9 cloud ${kills} times`,
      async run({ site, expect }) {
        const { receiver, cloud } = site;
        const sender = new BatchSender(stormGateway.id, stormGateway.password, journal);
        let seq = 0;
        const send = async (kind: 'opened' | 'resolved', from: number, to: number) => {
          seq += 1;
          const events = numbers(to - from).map((i) => eventOf(kind, from + i));
          const problem = await eventually(async () => {
            await sender.events(cloud.process.mqttUrl, events, seq);
            return null;
          });
          if (problem !== null) throw new Error(`the storm's gateway cannot send: ${problem}`);
        };
        const kill = async () => {
          await cloud.kill9();
          await cloud.start();
        };
        const before = new Set(receiver.told.keys());
        receiver.isAway = true;
        try {
          await send('opened', 0, count);
          if (kills > 0) await kill();
          await send('resolved', 0, endedBefore);
          if (kills > 1) await kill();
        } finally {
          receiver.isAway = false;
        }
        if (endedBefore < count) await send('resolved', endedBefore, count);
        await sender.close();
        expect('cloud: each alert is told itself or in a digest, and so is its end', async () => {
          const late = await eventually(async () => {
            const { notifications } = await cloud.process.json<{ notifications: Owed }>('/api/status');
            const owed = [...Object.values(notifications.waiting), ...Object.values(notifications.summedUp)];
            return owed.every((some) => some === 0) ? null : `${owed.join(' and ')} wait to be told`;
          });
          if (late !== null) return late;
          const told = [...receiver.told].flatMap(([key, each]) => (before.has(key) ? [] : each));
          const last = new Map<string, string>();
          // A condition of the product itself has no prediction.
          for (const { alertchange, data } of told)
            if (alertchange !== 'digest' && data.predictionId?.startsWith(`storm-${journal}-`))
              last.set(data.predictionId, alertchange);
          const digests = told.filter(({ alertchange }) => alertchange === 'digest').map(({ data }) => data);
          const summed = digests.reduce((sum, { open, resolved }) => sum + open + resolved, 0);
          const ended = digests.reduce((sum, { resolved }) => sum + resolved, 0);
          if (last.size + summed < count) return `${last.size} and ${summed} of ${count} were told`;
          const asOpen = [...last.values()].filter((change) => change !== 'resolved').length;
          return asOpen <= ended ? null : `the end of ${asOpen - ended} was not told`;
        });
      },
    };
  },
};

interface Owed {
  waiting: Record<string, number>;
  summedUp: Record<string, number>;
}
