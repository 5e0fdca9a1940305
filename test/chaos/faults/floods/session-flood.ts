import mqttPacket, { type Packet } from 'mqtt-packet';
import { PacketClient } from '../../../support/packet-client.ts';
import { flooder } from '../../site/limits.ts';
import type { Site } from '../../site/site.ts';
import { Device } from '../devices/device.ts';
import { eventually, type Fault } from '../fault.ts';
import { numbers } from './owners.ts';

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

export const sessionFlood: Fault = {
  kind: 'session-flood',
  target: 'sensors',
  plan(draw) {
    const [count, other] = [draw.int(120, 300), `calm-${draw.int(0, 2 ** 40)}`];
    const idOf = (i: number) => `flood-${other}-${i}`;
    return {
      text: `one user opens ${count} kept sessions, more than one may have; then another user needs one`,
      async run({ site, expect, targets }) {
        let refused = 0;
        // Faults of the cloud may restart the gateway too.
        const { starts } = site.gateway;
        for (const i of numbers(count)) {
          const code = await connack(site, idOf(i), false).catch(() => null);
          if (code === 3) refused += 1;
        }
        const device = await Device.connect(site, other).catch((error: Error) => error);
        if (device instanceof Device) device.vanish();
        for (const i of numbers(count)) await connack(site, idOf(i), true).catch(() => null);
        expect('gateway: a flood of sessions is refused, and nobody else is', () => {
          if (!(device instanceof Device)) return `another user was refused: ${device.message}`;
          const mayBeTaken = targets.has('gateway') || site.gateway.starts !== starts;
          return refused > 0 || mayBeTaken ? null : `none of ${count} was refused`;
        });
      },
    };
  },
};
