/**
 * Faults of the store and of its retention (test/chaos/faults/stores). Here: InfluxDB that is down, hangs, is slow,
 * refuses, stores a part, or stores without confirming.
 */

import { metricOf } from '../../observe/watch.ts';
import type { StoreFault } from '../../site/http-faults.ts';
import { type Fault, pause, type Scene, seconds } from '../fault.ts';

/** The cloud checks its store every 5 s, and waits 5 s for an answer. */
const noticeMsMax = 10_500;
const onlyInflux = (site: Scene['site']) =>
  site.influxd ? null : 'the embedded store is part of the cloud’s process';

/** Mostly short; sometimes long enough for the cloud to detect it. */
const outageMs = (draw: { chance(share: number): boolean; int(from: number, to: number): number }) =>
  draw.chance(0.25) ? draw.int(12_000, 14_000) : draw.int(1_500, 5_000);

/** The cloud must count its retries, report not ready, and stay healthy; the gateway must not be affected. */
async function outage(scene: Scene, forMs: number, isWhole: boolean, begin: () => void, end: () => unknown) {
  const { site, watch, targets } = scene;
  const retries = () => metricOf(site.cloud.process, 'harbinger_ingest_store_retries_total');
  const before = await retries();
  const failedBefore = site.storeFaults?.failedRequests ?? 0;
  const fromMs = performance.now();
  begin();
  try {
    await pause(forMs);
  } finally {
    await end();
  }
  const toMs = performance.now();
  const failedRequests = (site.storeFaults?.failedRequests ?? 0) - failedBefore;
  scene.expect(
    'cloud: store retries counted; not ready while the store is down; healthy; the gateway too',
    async () => {
      const after = await retries();
      const alone = !targets.has('cloud');
      if (alone && failedRequests > 2 && before !== null && after !== null && after <= before && isWhole)
        return `${failedRequests} writes failed, store_retries_total stayed ${after}`;
      const samples = watch.between(fromMs, toMs);
      if (alone && samples.some(({ cloudHealthy }) => cloudHealthy === false))
        return 'the cloud reported that it was not healthy';
      const late = samples.filter(({ atMs }) => atMs > fromMs + noticeMsMax);
      if (alone && isWhole && late.length > 1 && late.every(({ cloudReady }) => cloudReady !== false))
        return 'the cloud still reported that it was ready';
      const unwell = samples.find(
        ({ gatewayHealthy, gatewayReady }) =>
          gatewayHealthy === false || (gatewayReady === false && !scene.isAllowed('unready')),
      );
      return unwell && !targets.has('gateway')
        ? `the gateway was not healthy or not ready: ${unwell.gatewaySays}`
        : null;
    },
  );
}

/**
 * Starts InfluxDB twice with no write in between. If the end of its log is torn, InfluxDB 1 appends behind the tear
 * after the first start, and cuts that off at the next one, with everything that it has confirmed since.
 */
export async function reviveInflux(site: Scene['site']): Promise<void> {
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
          () => reviveInflux(scene.site),
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
        await reviveInflux(scene.site);
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

/** After this time a write has been attempted and has failed. */
const saysMsMax = 3_000;

/** InfluxDB 1 continues to refuse writes when there is space again, until it is restarted; the cloud says so. */
const diskFull: Fault = {
  kind: 'store-disk-full',
  target: 'store',
  unavailable: (site) => onlyInflux(site) ?? site.influxDisk?.cannotFill ?? null,
  plan(draw) {
    const forMs = outageMs(draw);
    return {
      text: `fill the disk of influxd for ${seconds(forMs)}, free it, restart it`,
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
        await reviveInflux(site);
        expect('cloud: logs advice about InfluxDB’s disk, and is not ready meanwhile', () => {
          if (targets.size > 1 || toMs - fromMs < saysMsMax) return null;
          const logged = cloud.logsSince(mark).some(({ text }) => text.includes('restart InfluxDB twice'));
          const late = watch.between(fromMs + noticeMsMax, toMs);
          if (late.length > 1 && late.every(({ cloudReady }) => cloudReady !== false))
            return 'it still reported that it was ready';
          return logged ? null : 'nothing in its log';
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
