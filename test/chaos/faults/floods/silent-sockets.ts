/** Connections that never say anything: more than may be open at once. Those who sign in must get a place. */
import { connect, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { noOpenssl } from '../../../support/openssl.ts';
import type { ProductProcess } from '../../../support/processes.ts';
import { keptOf } from '../../observe/stored.ts';
import { calmGateway, floodLimits } from '../../site/limits.ts';
import { Device } from '../devices/device.ts';
import { eventually, type Fault } from '../fault.ts';
import { journalOf, lineOf, withGateways } from './gateway-floods.ts';
import { counterRises, countNow, numbers } from './owners.ts';

function openSilent(port: number, count: number): Socket[] {
  return numbers(count).map(() => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    return socket;
  });
}

const atGateway: Fault = {
  kind: 'silent-sockets-at-gateway',
  target: 'sensors',
  plan(draw) {
    const max = floodLimits.connections;
    const [count, machine] = [draw.int(max + 20, 2 * max), `silent${draw.int(0, 2 ** 40)}`];
    return {
      text: `${count} connections to the broker stay silent, more than there may be; then a device comes`,
      async run({ site, targets, isAllowed, expect, sends }) {
        const { process } = site.gateway;
        const refused = 'harbinger_broker_refused_total{reason="limit"}';
        const before = await countNow(site.gateway, refused);
        const sockets = openSilent(process.mqttPort, count);
        let isTaken = false;
        try {
          sends(1);
          const problem = await eventually(async () => {
            const device = await Device.connect(site, machine);
            isTaken = await device.exchange(`telemetry/chaos/${machine}`, '{"seq":1,"kept":1}', 1);
            device.vanish();
            return isTaken ? null : 'its reading was not taken';
          });
          expect('gateway: a device that signs in gets a place beside silent connections', () => problem);
        } finally {
          for (const socket of sockets) socket.destroy();
        }
        expect(`${machine}: its reading is stored once`, async () => {
          const kept = await keptOf(site, machine);
          const isDropped = kept.length === 0 && isAllowed('dropped');
          return kept.join() === '1' || isDropped ? null : kept.join();
        });
        expect('gateway: counts the connections that it closed', () =>
          targets.has('gateway') ? null : counterRises(site.gateway, refused, before),
        );
      },
    };
  },
};

const atCloud: Fault = {
  kind: 'silent-sockets-at-cloud',
  target: 'cloud',
  plan(draw) {
    const max = floodLimits.gatewayConnections;
    const [count, journal] = [draw.int(max + 20, 2 * max), journalOf(draw)];
    return {
      text: `${count} connections to the cloud’s port for gateways stay silent, more than there may be; then a gateway comes`,
      async run({ site, expect, sends }) {
        const over = 'harbinger_ingest_connections_over_limit_total';
        const before = await countNow(site.cloud, over);
        const sockets = openSilent(Number(new URL(site.cloud.process.mqttUrl).port), count);
        sends(1);
        try {
          await withGateways(site, journal, (_storm, calm) =>
            calm.send('readings', lineOf(calmGateway.id, `silent-${journal}`, 'kept=1')),
          );
        } finally {
          for (const socket of sockets) socket.destroy();
        }
        expect('cloud: the reading of a gateway beside silent connections is stored once', async () => {
          const kept = await keptOf(site, `silent-${journal}`);
          return kept.join() === '1' ? null : kept.join();
        });
        expect('cloud: counts the connections that it closed', () => counterRises(site.cloud, over, before));
      },
    };
  },
};

/** On a gateway of its own, whose broker speaks TLS only: silent before the handshake, and after it. */
const atTls: Fault = {
  kind: 'silent-tls-sockets',
  target: 'sensors',
  unavailable: () => noOpenssl,
  plan(draw) {
    const max = floodLimits.connections;
    const [count, machine] = [draw.int(max + 20, 2 * max), `tls${draw.int(0, 2 ** 40)}`];
    return {
      text: `another gateway speaks TLS; ${count} connections to it never begin the handshake; then a device comes`,
      async run({ site, expect, sends }) {
        const gateway: ProductProcess = site.tlsGateway();
        await gateway.start();
        const sockets = openSilent(gateway.mqttPort, count);
        sends(1);
        try {
          const problem = await eventually(async () => {
            const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${gateway.mqttPort}`, {
              clientId: machine,
              rejectUnauthorized: false,
              reconnectPeriod: 0,
            });
            client.on('error', () => {});
            await client.publishAsync(`telemetry/chaos/${machine}`, '{"seq":1,"kept":1}', { qos: 1 });
            await client.endAsync(true);
            return null;
          });
          expect('TLS: a device that signs in gets a place beside silent connections', () => problem);
          const closed = await eventually(() => {
            const open = sockets.filter((socket) => !socket.closed).length;
            return open === 0 ? null : `${open} silent connections are still open`;
          }, 20_000);
          expect('TLS: connections that never begin the handshake are closed', () => closed);
          const kept = await eventually(async () => {
            const found = await keptOf(site, machine);
            return found.join() === '1' ? null : `${found.join()} is stored`;
          });
          expect('TLS: the reading of the device is stored once', () => kept);
        } finally {
          for (const socket of sockets) socket.destroy();
          await gateway.stop();
        }
      },
    };
  },
};

export const silentSockets: Fault[] = [atGateway, atCloud, atTls];
