/** Damage to the gateway's files beside the journal, done between kill -9 and start. */
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Draw } from '../../draw/draw.ts';
import { statusOf } from '../../observe/reported.ts';
import type { Site } from '../../site/site.ts';
import { type Allowance, eventually, type Fault, type Scene } from '../fault.ts';
import { damageFile, type FileDamage } from './files.ts';

const unreadable: FileDamage[] = ['flipped bits', 'truncated', 'zero-filled', 'garbage'];

/** Damage to state that is not indispensable: the gateway starts, and reports what it could not read. */
function dispensable(options: {
  kind: string;
  what: string;
  files(site: Site): string[];
  allowance: Allowance;
  /**
   * Text that must be in the log if something is lost. Absent where damage may go undetected: values without a
   * checksum, and a log that is cut off, which looks like one whose last write was incomplete.
   */
  says?: { isGone(scene: Scene): boolean; words: string };
}): Fault {
  const { kind, what, files, allowance, says } = options;
  return {
    kind,
    target: 'gateway',
    plan(draw) {
      const how = draw.pick(unreadable);
      const [share, seed] = [draw.share(), draw.int(0, 2 ** 30)];
      return {
        text: `kill -9 gateway, ${what} ${how}, start`,
        async run(scene) {
          const { site, allow, expect, say } = scene;
          allow('torn-tail', allowance);
          await site.gateway.kill9();
          const mark = site.gateway.lastLog;
          const there = files(site).filter((path) => existsSync(path));
          const path = there[Math.floor(share * there.length)];
          if (path) damageFile(path, how, new Draw(seed));
          say(path ? `damaged ${path.slice(site.gatewayDir.length + 1)}` : 'it did not exist yet');
          await site.gateway.start();
          if (!says || how === 'truncated') return;
          const logged = site.gateway.logsSince(mark).some(({ text }) => text.includes(says.words));
          expect(`gateway: if ${what} lost something, the log says so`, () =>
            logged || !says.isGone(scene) ? null : 'nothing in its log',
          );
        },
      };
    },
  };
}

/** The record files in a folder, the oldest first. */
function segmentsIn(dir: string): string[] {
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.seg')) : [];
  return names.sort().map((name) => join(dir, name));
}

const retained = dispensable({
  kind: 'retained-damaged',
  what: 'the store of retained messages and sessions',
  files: ({ gatewayDir }) => segmentsIn(join(gatewayDir, 'sessions')),
  allowance: 'retained-lost',
  says: { isGone: (scene) => scene.isRetainedGone(), words: 'could not be read' },
});

const letters = dispensable({
  kind: 'dead-letters-damaged',
  what: 'the dead letters',
  files: ({ gatewayDir }) => segmentsIn(join(gatewayDir, 'deadletters')),
  allowance: 'letters',
});

const alerts = dispensable({
  kind: 'alerts-damaged',
  what: 'the state of alerts',
  files: ({ gatewayDir }) => [join(gatewayDir, 'alerts.json')],
  allowance: 'alerts-forgotten',
});

/** Damage to the model's files: the gateway refuses the model, reports it, and rules decide until it is restored. */
const model: Fault = {
  kind: 'model-damaged',
  target: 'gateway',
  plan(draw) {
    const file = draw.pick(['weights.bin', 'model.json']);
    const how = draw.pick(unreadable);
    const seed = draw.int(0, 2 ** 30);
    return {
      text: `stop gateway, ${file} of the pump model ${how}, start; put it back, stop, start`,
      async run({ site, expect }) {
        const path = join(site.artefactsDir, 'pump-rul', file);
        await site.gateway.stop();
        copyFileSync(path, `${path}.kept`);
        damageFile(path, how, new Draw(seed));
        await site.gateway.start();
        const refused = await eventually(async () => {
          const { refusals, state, lastError } = (await statusOf(site)).intelligence.model;
          return refusals.length > 0 ? null : `state ${state}, no refusal; ${lastError}`;
        });
        await site.gateway.stop();
        copyFileSync(`${path}.kept`, path);
        await site.gateway.start();
        expect('gateway: refuses a damaged model and names it; loads it once it is intact', () =>
          refused !== null
            ? refused
            : eventually(async () => {
                const { refusals, state } = (await statusOf(site)).intelligence.model;
                return state === 'ready' && refusals.length === 0
                  ? null
                  : `${state}, ${refusals.length} refused`;
              }),
        );
      },
    };
  },
};

export const stateFaults: Fault[] = [retained, letters, alerts, model];
