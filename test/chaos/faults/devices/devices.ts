/**
 * Devices (test/chaos/faults/devices) as there are in the field. Here: clones of one image, such as lose their power at the worst
 * moment, and such as send nothing that distinguishes equal readings.
 */
import type { Draw } from '../../draw/draw.ts';
import { statusOf } from '../../observe/reported.ts';
import { keptOf } from '../../observe/stored.ts';
import type { Site } from '../../site/site.ts';
import { due, eventually, type Fault, type Scene } from '../fault.ts';
import { Device } from './device.ts';
import { heldMessages } from './held-messages.ts';
import { keepingFaults } from './keeping.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const machineOf = (draw: Draw, name: string) => `${name}${draw.int(0, 2 ** 40)}`;
const topicOf = (machine: string) => `telemetry/chaos/${machine}`;
const reading = (seq: number) => JSON.stringify({ seq, kept: seq });

/** A reading that got its PUBREC, when, and how many connections ended before it had one. */
interface Received {
  seq: number;
  atMs: number;
  ended: number;
}

/** From so many connections on that the other device has ended, the gateway names their client id. */
const takeoversNamed = 3;

/** Sends a reading until it has its PUBREC, as a device does that keeps its state: with DUP on later connections. */
async function insist(
  site: Site,
  clientId: string,
  machine: string,
  seq: number,
  id: number,
): Promise<Received> {
  let dup = false;
  let ended = 0;
  const problem = await eventually(async () => {
    const device = await Device.connect(site, clientId);
    try {
      const isReceived = await device.exchange(topicOf(machine), reading(seq), id, dup);
      dup = true;
      if (!isReceived) ended++;
      return isReceived ? null : 'no PUBREC';
    } finally {
      device.vanish();
    }
  });
  if (problem !== null) throw new Error(`${machine}, reading ${seq}: ${problem}`);
  return { seq, atMs: performance.now(), ended };
}

function expectOnce(scene: Scene, machine: string, received: readonly Received[]): void {
  const { site, expect, mayBeLost, isAllowed } = scene;
  expect(`${machine}: what got its PUBREC is stored once`, async () => {
    const stored = await keptOf(site, machine);
    // Those that only a lost disk had are gone with it, and a full journal may drop them.
    const mayMiss = (atMs: number) => mayBeLost(atMs) || isAllowed('dropped');
    const kept = received.filter(({ seq, atMs }) => stored.includes(seq) || !mayMiss(atMs));
    const wanted = kept.map(({ seq }) => seq);
    const seqs = due(scene, machine, wanted, stored).join();
    return stored.join() === seqs ? null : `${stored.join()} instead of ${seqs}`;
  });
}

const clonedDevices: Fault = {
  kind: 'devices-with-one-client-id',
  target: 'sensors',
  plan(draw) {
    const [count, clientId] = [draw.int(4, 20), machineOf(draw, 'clone-')];
    const machines = [machineOf(draw, 'clone-a'), machineOf(draw, 'clone-b')];
    return {
      text: `two devices with one client id send ${count} readings each with QoS 2`,
      async run(scene) {
        const { site, targets, expect } = scene;
        // Each connection closes that of the other device, as both go on at once.
        const received = await Promise.all(
          machines.map(async (machine) => {
            const own: Received[] = [];
            for (const seq of numbers(count)) own.push(await insist(site, clientId, machine, seq, seq));
            return own;
          }),
        );
        const shared = await statusOf(site)
          .then((status) => (status as unknown as SharedClients).broker.sharedClients)
          .catch(() => []);
        machines.forEach((machine, i) => {
          expectOnce(scene, machine, received[i]!);
        });
        expect('gateway: names the client id that two devices use', () => {
          // Devices whose turns do not overlap do not end each other's connections.
          const ended = received.flat().reduce((sum, each) => sum + each.ended, 0);
          if (targets.has('gateway') || ended < takeoversNamed) return null;
          if (shared.some(({ client }) => client === clientId)) return null;
          return `it names ${shared.map(({ client }) => client).join(', ') || 'none'}`;
        });
      },
    };
  },
};

interface SharedClients {
  broker: { sharedClients: { client: string }[] };
}

const rebootingDevice: Fault = {
  kind: 'device-reboots-before-pubrec',
  target: 'sensors',
  plan(draw) {
    const [rounds, clientId] = [draw.int(2, 8), machineOf(draw, 'rebooting-')];
    const machine = clientId;
    return {
      text: `a device loses its power before PUBREC and begins again at packet id 1, ${rounds} times`,
      async run(scene) {
        const { site, expect, mayBeLost, isExcused } = scene;
        const received: Received[] = [];
        for (const round of numbers(rounds)) {
          const before = await Device.connect(site, clientId);
          before.publish(topicOf(machine), reading(2 * round - 1), { qos: 2, messageId: 1 });
          before.vanish();
          received.push(await insist(site, clientId, machine, 2 * round, 1));
        }
        expect(`${machine}: what got its PUBREC is stored, and nothing twice`, async () => {
          const stored = await keptOf(site, machine);
          const mayMiss = ({ seq, atMs }: Received) => mayBeLost(atMs) || isExcused(`${machine}#${seq}`);
          const missing = received.filter((each) => !stored.includes(each.seq) && !mayMiss(each));
          if (missing.length > 0) return `readings ${missing.map(({ seq }) => seq).join()} are missing`;
          return new Set(stored).size === stored.length ? null : stored.join();
        });
      },
    };
  },
};

const killAfterRelease: Fault = {
  kind: 'gateway-killed-after-pubcomp',
  target: 'gateway',
  plan(draw) {
    const [rounds, clientId] = [draw.int(1, 3), machineOf(draw, 'released-')];
    const machine = clientId;
    return {
      text: `kill -9 gateway right after PUBCOMP, and the device uses the packet id again, ${rounds} times`,
      async run(scene) {
        const { site, allow } = scene;
        allow('torn-tail');
        const received: Received[] = [];
        for (const seq of numbers(rounds)) {
          received.push(await insist(site, clientId, machine, seq, 1));
          await site.gateway.kill9();
          await site.gateway.start();
        }
        received.push(await insist(site, clientId, machine, rounds + 1, 1));
        expectOnce(scene, machine, received);
      },
    };
  },
};

const equalReadings: Fault = {
  kind: 'device-with-equal-readings',
  target: 'sensors',
  plan(draw) {
    const [connections, perConnection] = [draw.int(1, 4), draw.int(2, 12)];
    const qos = draw.pick([1, 2] as const);
    const machine = machineOf(draw, 'equal-');
    return {
      text: `a device sends ${perConnection} equal readings with QoS ${qos} on each of ${connections} connections`,
      async run({ site, expect, mayBeLost, isAllowed, lostToDamage }) {
        const topic = topicOf(machine);
        const ackedMs: number[] = [];
        let [sent, connected] = [0, 0];
        while (connected < connections) {
          const device = await Device.connect(site, machine);
          connected++;
          for (const id of numbers(perConnection)) {
            const before = device.of('puback').length;
            sent++;
            if (qos === 1) device.publish(topic, '{"seq":0,"kept":7}', { qos, messageId: id });
            const isAcked =
              qos === 1
                ? await device.hears('puback', before)
                : await device.exchange(topic, '{"seq":0,"kept":7}', id);
            if (!isAcked) break;
            ackedMs.push(performance.now());
          }
          device.vanish();
        }
        // The first on a new connection may be a resend for all that the gateway knows.
        expect(`${machine}: equal readings of one connection are stored one by one`, async () => {
          const stored = (await keptOf(site, machine)).length;
          const acked = ackedMs.filter((atMs) => !mayBeLost(atMs)).length;
          // A damaged block may have taken some of them along, as it has taken others.
          const isDamaged = isAllowed('damaged-block') && lostToDamage() > 0;
          const isRight = (isDamaged || stored >= acked - (connections - 1)) && stored <= sent;
          return isRight ? null : `${stored} of ${acked} acknowledged on ${connections} connections`;
        });
      },
    };
  },
};

const retainedAgain: Fault = {
  kind: 'device-repeats-retained',
  target: 'sensors',
  plan(draw) {
    const connections = draw.int(2, 8);
    const machine = machineOf(draw, 'retained-');
    return {
      text: `a device sends one retained reading that nothing identifies on each of ${connections} connections`,
      async run({ site, targets, expect }) {
        let unacked = 0;
        for (const _ of numbers(connections)) {
          const device = await Device.connect(site, machine);
          device.publish(topicOf(machine), '{"kept":7}', { qos: 1, messageId: 1, retain: true });
          if (!(await device.hears('puback', 0))) unacked++;
          device.vanish();
        }
        // One that got no acknowledgement may be stored without being known as the retained one, and a fault of the
        // gateway may take the retained messages away.
        expect(`${machine}: a retained reading that comes again is stored once`, async () => {
          const stored = (await keptOf(site, machine)).length;
          const least = unacked < connections ? 1 : 0;
          const isRight = stored >= least && stored <= 1 + unacked + (targets.has('gateway') ? 1 : 0);
          return isRight
            ? null
            : `stored ${stored} times; ${unacked} of ${connections} were not acknowledged`;
        });
      },
    };
  },
};

export const deviceFaults: Fault[] = [
  ...keepingFaults,
  ...heldMessages,
  clonedDevices,
  rebootingDevice,
  killAfterRelease,
  equalReadings,
  retainedAgain,
];
