/** Floods: one user or gateway that takes all it can get. Others must get what they need all the same. */
import mqttPacket, { type Packet } from 'mqtt-packet';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { BatchSender } from '../../support/batch-sender.ts';
import { PacketClient } from '../../support/packet-client.ts';
import { flooder, type Site, stormGateway } from '../site/site.ts';
import { Device } from './device.ts';
import { eventually, type Fault } from './fault.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Opens or ends a session of the user who floods; the return code, or null if there was no answer. */
async function connack(site: Site, clientId: string, clean: boolean): Promise<number | null> {
  const client = new PacketClient(await PacketClient.socketTo(site.gateway.process.mqttPort));
  const { name: username, password } = flooder;
  const fixed = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 60 } as const;
  const packet = { ...fixed, clientId, clean, username, password: Buffer.from(password) } as Packet;
  client.socket.write(mqttPacket.generate(packet));
  const answer = () => client.received.find(({ cmd }) => cmd === 'connack');
  await eventually(() => (answer() || client.closed ? null : 'no answer'), 10_000);
  client.socket.destroy();
  const found = answer();
  return found?.cmd === 'connack' ? (found.returnCode ?? null) : null;
}

const sessionFlood: Fault = {
  kind: 'session-flood',
  target: 'sensors',
  plan(draw) {
    const [count, other] = [draw.int(120, 300), `calm-${draw.int(0, 2 ** 40)}`];
    const idOf = (i: number) => `flood-${other}-${i}`;
    return {
      text: `one user opens ${count} kept sessions, more than one may have; then another user needs one`,
      async run({ site, expect, targets }) {
        let refused = 0;
        for (const i of numbers(count)) {
          const code = await connack(site, idOf(i), false).catch(() => null);
          if (code === 3) refused += 1;
        }
        const device = await Device.connect(site, other).catch((error: Error) => error);
        if (device instanceof Device) device.vanish();
        for (const i of numbers(count)) await connack(site, idOf(i), true).catch(() => null);
        expect('gateway: a flood of sessions is refused, and nobody else is', () => {
          if (!(device instanceof Device)) return `another user was refused: ${device.message}`;
          return refused > 0 || targets.has('gateway') ? null : `none of ${count} was refused`;
        });
      },
    };
  },
};

/** All of them end, so that the cloud's list of open alerts is again that of its gateways. */
const alertStorm: Fault = {
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
      const data = { predictionId, machine: `storm-${i}`, site: 'storm' };
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
        expect('cloud: each alert is told itself or in a digest, and so is its end', async () => {
          const late = await eventually(async () => {
            const { notifications } = await cloud.process.json<{ notifications: Owed }>('/api/status');
            const owed = [...Object.values(notifications.waiting), ...Object.values(notifications.summedUp)];
            return owed.every((some) => some === 0) ? null : `${owed.join(' and ')} wait to be told`;
          });
          if (late !== null) return late;
          const told = [...receiver.told].flatMap(([key, each]) => (before.has(key) ? [] : each));
          const last = new Map<string, string>();
          for (const { alertchange, data } of told)
            if (alertchange !== 'digest' && data.predictionId.startsWith(`storm-${journal}-`))
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

export const floodFaults: Fault[] = [sessionFlood, alertStorm];
