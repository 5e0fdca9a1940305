/** Floods of one user of the gateway's broker: retained messages, machines, names of sensors, and layouts of JSON. */

import type { Message } from '../../../support/peers/publish-all.ts';
import type { Draw } from '../../draw/draw.ts';
import { keptOf } from '../../observe/stored.ts';
import { flooder, floodLimits, modest, namer } from '../../site/limits.ts';
import type { Site } from '../../site/site.ts';
import { due, eventually, type Fault, type Scene } from '../fault.ts';
import { counterRises, countNow, numbers, publishAs, toldOfQuota } from './owners.ts';

const markOf = (draw: Draw) => `${draw.int(0, 2 ** 40)}`;

/** Sends readings of a machine that the modest user has only now; they must be stored once, whatever the flood. */
async function modestReadings(scene: Scene, mark: string, count: number): Promise<void> {
  const { site, expect, sends, isAllowed } = scene;
  const machine = `modest${mark}`;
  sends(count);
  const messages = numbers(count).map((seq): Message => {
    return [`telemetry/flood/${machine}`, JSON.stringify({ seq, kept: seq })];
  });
  await publishAs(site, modest, messages);
  expect('a flood: the readings of another user’s new machine are stored once', async () => {
    const kept = await keptOf(site, machine);
    const sent = numbers(count);
    // A full journal drops the oldest first.
    const wanted = isAllowed('dropped') ? sent.slice(count - kept.length) : due(scene, machine, sent, kept);
    return kept.join() === wanted.join() ? null : `${kept.join()} of ${count}`;
  });
}

const retainedFlood: Fault = {
  kind: 'retained-flood',
  target: 'sensors',
  plan(draw) {
    const [count, mark] = [draw.int(250, 500), markOf(draw)];
    return {
      text: `one user retains ${count} messages, more than one may; then another user retains one`,
      async run({ site, targets, expect }) {
        const { gateway } = site;
        const refused = 'harbinger_broker_retained_refused_total';
        const before = await countNow(gateway, refused);
        const topicsOf = (name: string, many: number) =>
          numbers(many).map((i) => `kept/${name}/${mark}/${i}`);
        const retain = (user: typeof flooder, many: number, payload: string) =>
          publishAs(
            site,
            user,
            topicsOf(user.name, many).map((topic): Message => [topic, payload, 'retained']),
          );
        await retain(flooder, count, 'x');
        await retain(modest, 1, mark);
        const found = await eventually(async () => {
          const text = await retainedOf(site.gateway.process.mqttUrl, `kept/${modest.name}/${mark}/1`);
          return text === mark ? null : `the retained message is ${text}`;
        });
        await retain(flooder, count, '');
        await retain(modest, 1, '');
        expect('gateway: a flood of retained messages keeps nobody else from retaining', () => found);
        expect('gateway: counts the retained messages that it refused, and names their user', async () => {
          if (targets.has('gateway')) return null;
          const isNamed = gateway.process.logs.some(
            ({ json }) => json?.reason === 'retained' && json.user === flooder.name,
          );
          return isNamed ? counterRises(gateway, refused, before) : 'its log does not name the user';
        });
      },
    };
  },
};

async function retainedOf(mqttUrl: string, topic: string): Promise<string | null> {
  const { connectAsync } = await import('mqtt');
  const client = await connectAsync(mqttUrl, {
    clientId: 'chaos-reader',
    username: modest.name,
    password: modest.password,
    reconnectPeriod: 0,
  });
  client.on('error', () => {});
  let text: string | null = null;
  client.on('message', (_topic, payload) => {
    text = payload.toString();
  });
  try {
    await client.subscribeAsync(topic, { qos: 1 });
    await eventually(() => (text === null ? 'nothing yet' : null), 2_000);
    return text;
  } finally {
    await client.endAsync(true);
  }
}

const machineFlood: Fault = {
  kind: 'machine-flood',
  target: 'sensors',
  plan(draw) {
    const max = floodLimits.machinesOfSender;
    const [count, mark] = [draw.int(max + 20, max + 200), markOf(draw)];
    return {
      text: `one user sends readings of ${count} machines, more than one may have; then another user has a new one`,
      async run(scene) {
        const { site, targets, expect, sends } = scene;
        sends(count);
        const messages = numbers(count).map((i): Message => {
          return [`telemetry/flood/made-up-${mark}-${i}`, '{"seq":1,"cycles":1}'];
        });
        await publishAs(site, flooder, messages);
        const told = targets.has('gateway')
          ? null
          : await toldOfQuota(site.gateway, 'machines', flooder.name, true);
        await modestReadings(scene, mark, 20);
        expect('gateway: says who makes up machines', () => told);
      },
    };
  },
};

/** More than a window of the generic type has rows, so that each machine is decided about. */
const rowsEach = 35;

const watchedFlood: Fault = {
  kind: 'watched-machine-flood',
  target: 'sensors',
  plan(draw) {
    const { watchedOfSender, decided } = floodLimits;
    const [count, mark] = [draw.int(watchedOfSender + 20, watchedOfSender + 100), markOf(draw)];
    return {
      text: `one user sends ${rowsEach} readings of each of ${count} machines, more than are watched, and than the ${decided} that are decided about; then another user has a new one`,
      async run(scene) {
        const { site, targets, expect, sends } = scene;
        const { gateway } = site;
        sends(count * rowsEach);
        const refused = 'harbinger_windows_refused_total';
        const before = await countNow(gateway, refused);
        const messages = numbers(rowsEach).flatMap((seq) =>
          numbers(count).map((i): Message => {
            return [`telemetry/flood/watched-${mark}-${i}`, JSON.stringify({ seq, cycles: seq })];
          }),
        );
        await publishAs(site, flooder, messages);
        const told = targets.has('gateway') ? null : await refusedWindows(site, flooder.name);
        await modestReadings(scene, mark, rowsEach);
        const isWatched = targets.has('gateway') ? 'other' : await refusedWindows(site, modest.name, 1_000);
        expect('gateway: says whose machines are not watched', () => told);
        expect('gateway: counts the machines of this flood that are not watched', () =>
          targets.has('gateway') ? null : counterRises(gateway, refused, before),
        );
        expect(`gateway: decides about ${decided} machines at most`, async () => {
          const { alerts } = await gateway.process.json<{ alerts: { machines: number } }>('/api/status');
          return alerts.machines <= decided ? null : `it decides about ${alerts.machines}`;
        });
        expect('gateway: the machine of another user is watched beside the flood', () =>
          isWatched === null ? `a machine of ${modest.name} is not watched` : null,
        );
      },
    };
  },
};

/** Null once the status says that a user has machines that are not watched. */
function refusedWindows({ gateway }: Site, owner: string, msMax = 20_000): Promise<string | null> {
  return eventually(async () => {
    const { intelligence } = await gateway.process.json<{
      intelligence: { quotas: { refused: { quota: string; owner: string }[] } };
    }>('/api/status');
    const isRefused = intelligence.quotas.refused.some((one) => one.owner === owner);
    return isRefused ? null : `/api/status does not say that machines of ${owner} are not watched`;
  }, msMax);
}

/** Fewer than a machine may have names of sensors, so that all of them are asked for. */
const namesPerMachine = 60;

const sensorFlood: Fault = {
  kind: 'sensor-name-flood',
  target: 'sensors',
  plan(draw) {
    const [count, mark] = [draw.int(20, 60), markOf(draw)];
    return {
      text: `one user sends ${count} readings with ${namesPerMachine} new names of sensors each; then another one has a new name`,
      async run(scene) {
        const { site, expect, sends } = scene;
        const machine = `names${mark}`;
        sends(count);
        const messages = numbers(count).map((seq): Message => {
          const made = numbers(namesPerMachine).map((i) => [`s${mark}_${seq}_${i}`, i] as const);
          const payload = JSON.stringify({ seq, kept: seq, ...Object.fromEntries(made) });
          return [`telemetry/flood/${machine}-${seq}`, payload];
        });
        await publishAs(site, namer, messages);
        await modestReadings(scene, mark, 20);
        expect('a flood of names: the known field of each of its readings is stored once', async () => {
          for (const seq of numbers(count)) {
            const kept = await keptOf(site, `${machine}-${seq}`);
            if (kept.join() !== due(scene, `${machine}-${seq}`, [seq], kept).join())
              return `machine ${seq} of ${count} has ${kept.join() || 'nothing'}`;
          }
          return null;
        });
      },
    };
  },
};

const layoutFlood: Fault = {
  kind: 'layout-flood',
  target: 'sensors',
  plan(draw) {
    const [count, mark] = [draw.int(200, 600), markOf(draw)];
    return {
      text: `one user sends ${count} readings, each of another layout with a key of 2,000 characters`,
      async run(scene) {
        const { site, sends } = scene;
        sends(count);
        const messages = numbers(count).map((i): Message => {
          const payload = `{"seq":${mark}${i},"kept":${i},"${'k'.repeat(2_000)}${mark}${i}":"text"}`;
          return [`telemetry/flood/layouts-${i % 50}`, payload];
        });
        await publishAs(site, namer, messages);
        await modestReadings(scene, mark, 20);
      },
    };
  },
};

export const userFloods: Fault[] = [retainedFlood, machineFlood, watchedFlood, sensorFlood, layoutFlood];
