/**
 * Readings of old times beside new ones, while the store deletes and thins by age: in every round the job makes a pass
 * every few seconds (site.ts), and here passes are asked for as well, while the cloud or the store is killed. What is too
 * old must go, what is to be thinned must become means, and everything young must stay, once.
 */
import { request } from 'node:http';
import { publishAll } from '../../../support/peers/publish-all.ts';
import { influxSeries } from '../../../support/stored-rows.ts';
import type { Draw } from '../../draw/draw.ts';
import { keptOf } from '../../observe/stored.ts';
import { ages } from '../../site/limits.ts';
import { database, type Site } from '../../site/site.ts';
import { eventually, type Fault, pause, type Scene } from '../fault.ts';
import { reviveInflux } from './stores.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Jumps of clocks by a day are among the faults, so ages are more than a day beyond what they test. */
const oldAgeMs = (ages.deletedAfterDays + 2) * dayMs;
const thinnedAgeMs = (ages.thinnedAfterDays + 1.5) * dayMs;

interface Load {
  old: string;
  thinned: string;
  young: string;
  counts: { old: number; thinned: number; young: number };
}

function drawLoad(draw: Draw): Load {
  const mark = draw.int(0, 2 ** 40);
  const counts = { old: draw.int(5, 300), thinned: draw.int(2, 50), young: draw.int(5, 100) };
  return { old: `old-${mark}`, thinned: `thin-${mark}`, young: `young-${mark}`, counts };
}

/** One message for each machine, so that what is thinned is written together unless another fault prevents that. */
async function send({ site, sends }: Scene, { old, thinned, young, counts }: Load): Promise<void> {
  const list = (count: number, fromMs: number) =>
    JSON.stringify(Array.from({ length: count }, (_, i) => ({ ts: fromMs + i, kept: i + 1 })));
  const minute = Math.floor((Date.now() - thinnedAgeMs) / minuteMs) * minuteMs;
  sends(counts.old + counts.thinned + counts.young);
  await publishAll(site.gateway.process.mqttUrl, [
    [`telemetry/chaos/${old}`, list(counts.old, Date.now() - oldAgeMs)],
    [`telemetry/chaos/${thinned}`, list(counts.thinned, minute)],
    [`telemetry/chaos/${young}`, list(counts.young, Date.now())],
  ]);
}

interface Passed {
  /** Null if the pass was complete, otherwise why not. */
  problem: string | null;
  /** Work that the pass has left undone, in its own words. */
  notes: readonly string[];
}

/** Asks for a pass; who is killed meanwhile does not answer. */
function pass(site: Site): Promise<Passed> {
  return new Promise((resolve) => {
    const failed = (error: Error) => resolve({ problem: String(error), notes: [] });
    const asked = request(
      `${site.cloud.process.httpUrl}/api/retention/run`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, timeout: 40_000 },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('error', failed);
        answer.on('end', () => {
          if (!/"isComplete":true/.test(text)) return resolve({ problem: text.slice(0, 300), notes: [] });
          const { notes } = JSON.parse(text) as { notes: string[] };
          resolve({ problem: null, notes });
        });
      },
    );
    asked.on('error', failed);
    asked.on('timeout', () => asked.destroy(new Error('no answer to a pass of retention')));
    asked.end('{"dryRun":false}');
  });
}

function expectAges(scene: Scene, load: Load): void {
  const { site, targets, expect, isAllowed, say } = scene;
  const { counts } = load;
  expect('retention: the old are gone, the young are stored once, the others are means', () => {
    if (isAllowed('dropped') || isAllowed('false-sync') || isAllowed('damaged-block')) return null;
    return eventually(async () => {
      const { problem, notes } = await pass(site);
      if (problem !== null) return `a pass was not complete: ${problem}`;
      const young = await keptOf(site, load.young);
      if (young.join() !== Array.from({ length: counts.young }, (_, i) => i + 1).join())
        return `${young.length} of ${counts.young} young readings are stored: ${young.slice(0, 5)}`;
      // Floods of earlier rounds have given it more fields and machines than are deleted in one InfluxDB.
      const wide = notes.find((note) => note.startsWith('nothing of generic is deleted or thinned'));
      if (wide !== undefined) {
        say(wide);
        return (await isWide(site)) ? null : 'retention leaves a measurement alone that is not too wide';
      }
      const means = await keptOf(site, load.thinned);
      const isBetween = means.every((mean) => mean >= 1 && mean <= counts.thinned);
      if (means.length === 0 || !isBetween) return `means ${means} of 1 to ${counts.thinned}`;
      const exact = (counts.thinned + 1) / 2;
      if (targets.size === 1 && targets.has('sensors') && (means.length !== 1 || means[0] !== exact))
        return `${means} instead of the mean ${exact}`;
      const { clockWaitsMs } = await site.cloud.process.json<{ clockWaitsMs: number }>('/api/retention');
      // The memory of its clock was removed by another fault, and it waits for a day; or a wrong clock of the gateway has
      // refused the times of devices.
      if (clockWaitsMs > 0 || isAllowed('disorder') || isAllowed('disorder-untimed')) return null;
      const old = (await keptOf(site, load.old)).length;
      return old === 0
        ? null
        : `${old} of ${counts.old} old readings are still there; notes: ${notes.join()}`;
    });
  });
}

/** Whether InfluxDB has more fields × machines of the load's measurement than retention may ask for. */
async function isWide({ influxd }: Site): Promise<boolean> {
  const cellsMax = 200_000;
  const count = async (query: string) =>
    (await influxSeries(influxd!, database, query)).reduce((sum, { values }) => sum + values.length, 0);
  const machines = await count('SHOW TAG VALUES FROM "generic" WITH KEY = "machine"');
  return machines * (await count('SHOW FIELD KEYS FROM "generic"')) > cellsMax;
}

const underLoad: Fault = {
  kind: 'retention',
  target: 'sensors',
  plan(draw) {
    const load = drawLoad(draw);
    const { old, thinned, young } = load.counts;
    return {
      text: `${old} readings to be deleted, ${thinned} to be thinned, ${young} to stay`,
      async run(scene) {
        await send(scene, load);
        expectAges(scene, load);
      },
    };
  },
};

/** `kill` ends somebody and starts it again. */
function killedWithin(
  target: 'cloud' | 'store',
  kill: (scene: Scene) => Promise<void>,
  unavailable: NonNullable<Fault['unavailable']>,
): Fault {
  return {
    kind: `retention-${target}-killed`,
    target,
    unavailable,
    plan(draw) {
      const [first, second] = [drawLoad(draw), drawLoad(draw)];
      const delays = Array.from({ length: draw.int(1, 4) }, () => draw.int(0, 400));
      return {
        text: `kill -9 ${target} ${delays.join(', ')} ms after passes of retention began, with readings of all ages`,
        async run(scene) {
          const { site } = scene;
          scene.allow('torn-tail');
          await send(scene, first);
          for (const delayMs of delays) {
            const passing = pass(site);
            await pause(delayMs);
            await kill(scene);
            await passing;
          }
          await send(scene, second);
          for (const load of [first, second]) expectAges(scene, load);
        },
      };
    },
  };
}

export const retentionFaults: Fault[] = [
  underLoad,
  killedWithin(
    'cloud',
    async ({ site }) => {
      await site.cloud.kill9();
      await site.cloud.start();
    },
    () => null,
  ),
  killedWithin(
    'store',
    async ({ site }) => {
      await site.influxd!.kill9();
      await reviveInflux(site);
    },
    (site) => (site.influxd ? null : 'the embedded store is part of the cloud’s process'),
  ),
];
