/** InfluxDB that is down, hangs, is slow, refuses, stores half, or stores and does not say so. */

import { metricOf } from '../observe/watch.ts';
import type { StoreFault } from '../site/http-faults.ts';
import { type Fault, pause, type Scene, seconds } from './fault.ts';

/** The cloud looks at its store every 5 s and gives it 5 s to answer. */
const noticeMsMax = 10_500;
const onlyInflux = (site: Scene['site']) =>
  site.influxd ? null : 'the embedded store is part of the cloud’s process';

/** Mostly short; now and then long enough for the cloud to have noticed. */
const outageMs = (draw: { chance(share: number): boolean; int(from: number, to: number): number }) =>
  draw.chance(0.25) ? draw.int(12_000, 14_000) : draw.int(1_500, 5_000);

/** The cloud must count its retries, say that it is not ready, and stay healthy; the gateway must not mind. */
async function outage(scene: Scene, forMs: number, isWhole: boolean, begin: () => void, end: () => unknown) {
  const { site, watch, targets } = scene;
  const retries = () => metricOf(site.cloud.process, 'harbinger_ingest_store_retries_total');
  const before = await retries();
  const struckBefore = site.storeFaults?.struck ?? 0;
  const fromMs = performance.now();
  begin();
  try {
    await pause(forMs);
  } finally {
    await end();
  }
  const toMs = performance.now();
  const struck = (site.storeFaults?.struck ?? 0) - struckBefore;
  scene.expect(
    'cloud: store retries counted; not ready while the store is away; healthy; the gateway too',
    async () => {
      const after = await retries();
      const alone = !targets.has('cloud');
      if (alone && struck > 2 && before !== null && after !== null && after <= before && isWhole)
        return `${struck} writes failed, store_retries_total stayed ${after}`;
      const samples = watch.between(fromMs, toMs);
      if (alone && samples.some(({ cloudHealthy }) => cloudHealthy === false))
        return 'the cloud said not healthy';
      const late = samples.filter(({ atMs }) => atMs > fromMs + noticeMsMax);
      if (alone && isWhole && late.length > 1 && late.every(({ cloudReady }) => cloudReady !== false))
        return 'the cloud still said ready';
      const gatewayUnwell = samples.some(
        ({ gatewayHealthy, gatewayReady }) => gatewayHealthy === false || gatewayReady === false,
      );
      return gatewayUnwell && !targets.has('gateway') ? 'the gateway was not healthy or not ready' : null;
    },
  );
}

/**
 * Started twice, and nothing written in between: where the end of its log is torn, InfluxDB 1 writes on behind the tear
 * after the first start, and cuts that off at the next one, with all that it has confirmed since.
 */
async function revive(site: Scene['site']): Promise<void> {
  const { influxd, storeFaults } = site;
  storeFaults!.fault = { kind: 'status', status: 503 };
  try {
    await influxd!.restart();
    await influxd!.halt();
    await influxd!.restart();
  } finally {
    storeFaults!.heal();
  }
}

function http(
  kind: string,
  isWhole: boolean,
  fault: (draw: Parameters<Fault['plan']>[0]) => StoreFault,
): Fault {
  return {
    kind,
    target: 'store',
    unavailable: onlyInflux,
    plan(draw) {
      const chosen = fault(draw);
      const forMs = outageMs(draw);
      return {
        text: `InfluxDB ${JSON.stringify(chosen)} for ${seconds(forMs)}`,
        async run(scene) {
          const faults = scene.site.storeFaults!;
          await outage(
            scene,
            forMs,
            isWhole,
            () => {
              faults.fault = chosen;
            },
            () => faults.heal(),
          );
        },
      };
    },
  };
}

const killed: Fault = {
  kind: 'store-kill',
  target: 'store',
  unavailable: onlyInflux,
  plan(draw) {
    const forMs = outageMs(draw);
    return {
      text: `kill -9 influxd, start again after ${seconds(forMs)}`,
      async run(scene) {
        const influxd = scene.site.influxd!;
        await influxd.kill9();
        await outage(
          scene,
          forMs,
          true,
          () => {},
          () => revive(scene.site),
        );
      },
    };
  },
};

const killedInRecovery: Fault = {
  kind: 'store-kill-in-recovery',
  target: 'store',
  unavailable: onlyInflux,
  plan(draw) {
    const lives = Array.from({ length: draw.int(1, 4) }, () => draw.int(20, 600));
    return {
      text: `kill -9 influxd, and again ${lives.map((ms) => `${ms} ms`).join(', ')} after each start`,
      async run(scene) {
        const influxd = scene.site.influxd!;
        await influxd.kill9();
        for (const lifeMs of lives) {
          const starting = influxd.restart().catch(() => {});
          await pause(lifeMs);
          await influxd.kill9();
          await starting;
        }
        await revive(scene.site);
      },
    };
  },
};

const frozen: Fault = {
  kind: 'store-freeze',
  target: 'store',
  unavailable: onlyInflux,
  plan(draw) {
    const forMs = outageMs(draw);
    return {
      text: `SIGSTOP influxd for ${seconds(forMs)}`,
      async run(scene) {
        const pid = scene.site.influxd!.pid!;
        await outage(
          scene,
          forMs,
          true,
          () => void process.kill(pid, 'SIGSTOP'),
          () => process.kill(pid, 'SIGCONT'),
        );
      },
    };
  },
};

/** By then a write was attempted in vain. */
const saysMsMax = 3_000;

/** InfluxDB 1 goes on refusing when there is room again, as the cloud says, until it is restarted. */
const diskFull: Fault = {
  kind: 'store-disk-full',
  target: 'store',
  unavailable: (site) => onlyInflux(site) ?? site.influxDisk?.cannotFill ?? null,
  plan(draw) {
    const forMs = outageMs(draw);
    return {
      text: `fill the disk of influxd for ${seconds(forMs)}, free it, start it anew`,
      async run({ site, watch, targets, expect }) {
        const { cloud } = site;
        const disk = site.influxDisk!;
        const mark = cloud.lastLog;
        const fromMs = performance.now();
        disk.fill();
        try {
          await pause(forMs);
        } finally {
          disk.free();
        }
        const toMs = performance.now();
        await site.influxd!.kill9();
        await revive(site);
        expect('cloud: says what to do about InfluxDB’s disk, and is not ready meanwhile', () => {
          if (targets.size > 1 || toMs - fromMs < saysMsMax) return null;
          const said = cloud.logsSince(mark).some(({ text }) => text.includes('restart InfluxDB twice'));
          const late = watch.between(fromMs + noticeMsMax, toMs);
          if (late.length > 1 && late.every(({ cloudReady }) => cloudReady !== false))
            return 'it still said ready';
          return said ? null : 'nothing in its log';
        });
      },
    };
  },
};

export const storeFaults: Fault[] = [
  diskFull,
  killed,
  killedInRecovery,
  frozen,
  http('store-429', false, (draw) => ({ kind: 'status', status: 429, retryAfterSeconds: draw.int(0, 3) })),
  http('store-500', true, () => ({ kind: 'status', status: 500 })),
  http('store-503', true, () => ({ kind: 'status', status: 503 })),
  http('store-hangs', true, () => ({ kind: 'hang' })),
  http('store-slow', false, (draw) => ({ kind: 'slow', delayMs: draw.int(200, 1_400) })),
  http('store-partial-writes', false, () => ({ kind: 'partial' })),
  http('store-answer-lost', false, () => ({ kind: 'answer-lost' })),
  http('store-page', true, () => ({ kind: 'page' })),
  http('store-half-answers', false, () => ({ kind: 'half-answer' })),
  http('store-repeats', false, () => ({ kind: 'repeat' })),
  http('store-cuts-writes', false, () => ({ kind: 'cut' })),
];
