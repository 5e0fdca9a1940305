/**
 * Faults of processes (test/chaos/faults/processes). Here: processes and threads that die, hang, or are told to stop.
 */

import { statusOf } from '../../observe/reported.ts';
import { metricOf } from '../../observe/watch.ts';
import type { Operated } from '../../site/operated.ts';
import { eventually, type Fault, pause, type Scene, seconds } from '../fault.ts';

type Which = 'gateway' | 'cloud';

const startedAt = (process: Operated) => metricOf(process.process, 'process_start_time_seconds');

/** A restart is visible: the process reports a later start time. */
async function expectRestart(scene: Scene, which: Which): Promise<void> {
  const before = await startedAt(scene.site[which]);
  scene.expect(`${which}: restart visible in process_start_time_seconds`, async () => {
    const after = await startedAt(scene.site[which]);
    if (before === null) return null; // It did not answer then, because of another fault.
    return after !== null && after !== before ? null : `${before} before, ${after} after`;
  });
}

function kill(which: Which): Fault {
  return {
    kind: `${which}-kill`,
    target: which,
    plan(draw) {
      const downMs = draw.int(0, 2_000);
      return {
        text: `kill -9 ${which}, start again after ${seconds(downMs)}`,
        async run(scene) {
          const process = scene.site[which];
          await expectRestart(scene, which);
          // A write that SIGKILL interrupted is a torn tail. Nothing in it had been acknowledged.
          scene.allow('torn-tail');
          await process.kill9();
          await pause(downMs);
          await process.start();
        },
      };
    },
  };
}

function killInRecovery(which: Which): Fault {
  return {
    kind: `${which}-kill-in-recovery`,
    target: which,
    plan(draw) {
      const lives = Array.from({ length: draw.int(1, 3) }, () => draw.int(50, 900));
      return {
        text: `kill -9 ${which}, and again ${lives.map((ms) => `${ms} ms`).join(', ')} after each start`,
        async run(scene) {
          const process = scene.site[which];
          await expectRestart(scene, which);
          scene.allow('torn-tail');
          await process.kill9();
          for (const lifeMs of lives) await process.startAndKill(lifeMs);
          await process.start();
        },
      };
    },
  };
}

function terminate(which: Which): Fault {
  return {
    kind: `${which}-sigterm`,
    target: which,
    plan(draw) {
      const downMs = draw.int(0, 1_500);
      return {
        text: `SIGTERM ${which} under load, start again after ${seconds(downMs)}`,
        async run(scene) {
          const process = scene.site[which];
          await expectRestart(scene, which);
          const before = performance.now();
          const { code, signal } = await process.stop();
          const tookMs = performance.now() - before;
          scene.expect(`${which}: SIGTERM ends it in order`, () =>
            code === 0 ? null : `code ${code}, signal ${signal} after ${seconds(tookMs)}`,
          );
          await pause(downMs);
          await process.start();
        },
      };
    },
  };
}

function freeze(which: Which): Fault {
  return {
    kind: `${which}-freeze`,
    target: which,
    plan(draw) {
      const forMs = draw.int(1_000, 5_000);
      return {
        text: `SIGSTOP ${which} for ${seconds(forMs)}`,
        async run({ site }) {
          site[which].freeze();
          try {
            await pause(forMs);
          } finally {
            site[which].thaw();
          }
        },
      };
    },
  };
}

/** The model's thread dies or hangs: it is replaced and the gateway runs on and reports it. */
function modelThread(action: 'die' | 'hang'): Fault {
  return {
    kind: `model-worker-${action === 'die' ? 'killed' : 'hung'}`,
    target: 'gateway',
    plan: () => ({
      text: action === 'die' ? 'end the model’s worker thread' : 'block the model’s worker thread for 8 s',
      async run({ site, expect }) {
        const modelNow = async () => (await statusOf(site)).intelligence.model;
        await eventually(async () => ((await modelNow()).state === 'ready' ? null : 'not ready'), 10_000);
        const { restarts } = await modelNow();
        const { pid } = site.gateway.process;
        site.strike('model', action, action === 'hang' ? 8_000 : undefined);
        await pause(1_000);
        expect('gateway: model worker replaced, counted, and ready again; the process ran on', () =>
          eventually(async () => {
            const model = await modelNow();
            if (site.gateway.process.pid !== pid) return 'the gateway was restarted';
            if (model.restarts <= restarts) return `restarts still ${model.restarts}`;
            return model.state === 'ready' ? null : `state ${model.state}: ${model.lastError}`;
          }),
        );
      },
    }),
  };
}

/** Without its data thread the gateway cannot acknowledge anything: it logs the reason, stops, and is started again. */
const dataThreadKilled: Fault = {
  kind: 'data-thread-killed',
  target: 'gateway',
  plan: () => ({
    text: 'end the gateway’s data thread',
    async run({ site, allow, expect }) {
      const { starts, lastLog } = site.gateway;
      allow('end', 'torn-tail');
      site.strike('data', 'die');
      const problem = await eventually(() => (site.gateway.starts > starts ? null : 'it was not restarted'));
      const logged = site.gateway.logsSince(lastLog).some(({ text }) => text.includes('the data thread'));
      expect(
        'gateway: stops when its data thread does, and logs the reason',
        () => problem ?? (logged ? null : 'nothing in its log'),
      );
    },
  }),
};

/** A thread that is busy with a message that it never finishes is struck when that was ended. */
const strikeLateMsMax = 6_000;

const dataThreadHung: Fault = {
  kind: 'data-thread-hung',
  target: 'gateway',
  plan(draw) {
    const forMs = draw.int(8_000, 10_000);
    return {
      text: `block the gateway’s data thread for ${seconds(forMs)}`,
      async run({ site, watch, expect }) {
        const fromMs = performance.now();
        site.strike('data', 'hang', forMs);
        await pause(forMs);
        const toMs = performance.now();
        expect('gateway: /readyz 503 while its data thread does not answer, /healthz 200', () => {
          const samples = watch
            .between(fromMs + 6_000, toMs + strikeLateMsMax)
            .filter((sample) => sample.gatewayReady !== null);
          if (samples.length > 0 && samples.every((sample) => sample.gatewayReady))
            return 'it reported that it was ready';
          return samples.some((sample) => sample.gatewayHealthy === false)
            ? 'it reported that it was not healthy'
            : null;
        });
      },
    };
  },
};

export const processFaults: Fault[] = [
  kill('gateway'),
  kill('cloud'),
  killInRecovery('gateway'),
  killInRecovery('cloud'),
  terminate('gateway'),
  terminate('cloud'),
  freeze('gateway'),
  freeze('cloud'),
  modelThread('die'),
  modelThread('hang'),
  dataThreadKilled,
  dataThreadHung,
];
