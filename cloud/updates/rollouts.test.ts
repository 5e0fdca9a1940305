import { expect, it } from 'vitest';
import type { UpdatesBody } from '../../shared/contract/fleet/updates.ts';
import { isTurnOf } from '../../shared/contract/fleet/updates.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { Asked, ShownDocument, Standing } from '../ports/fleet/fleet.ts';
import { Rollouts } from './rollouts.ts';

const gateways = Array.from({ length: 10 }, (_, at) => `gw-${at}`);
const update = {
  system: '0.2.0',
  source: 'https://updates.example.org/harbinger.raucb',
  stages: [0.1, 0.5, 1],
};

/** A cloud with one document, and gateways that follow it as `becomes` says, or not yet. */
async function rollout(becomes: (gateway: string) => Partial<Standing> | null) {
  let version = 1;
  let body: UpdatesBody = update;
  const concerned = () => gateways.filter((gateway) => isTurnOf(gateway, body)).length;
  const steps: number[] = [];
  const fleet = {
    list: () => [
      {
        ...{ kind: 'updates', name: 'system', version, body, who: 'anna', why: 'new', isOver: false },
        gateways: gateways.map((gateway) => ({
          gateway,
          version,
          state: null,
          differs: null,
          ...becomes(gateway),
        })),
      } as never as ShownDocument,
    ],
    async set(asked: Asked) {
      version += 1;
      body = asked.body as UpdatesBody;
      if (body.halted === undefined) steps.push(concerned());
      return {} as ShownDocument;
    },
  };
  const rollouts = new Rollouts({ fleet, gateways, clock: manualClock(0), log: silentLog });
  for (let look = 0; look < 10; look++) await rollouts.look();
  return { steps, body: () => body, look: () => rollouts.look() };
}

it('goes from stage to stage as the gateways of each run the new version', async () => {
  const { steps, body } = await rollout(() => ({ state: 'in-force' }));
  expect(steps).toEqual([1, 5, 10]);
  expect(body()).toEqual({ ...update, share: 1 });
});

it('waits for gateways that do not run it yet', async () => {
  const { steps } = await rollout(() => ({ state: 'preparing' }));
  expect(steps).toEqual([1]);
});

it('is halted by the first gateway that goes back, and reaches no other', async () => {
  let failures = 0;
  const { steps, body } = await rollout((gateway) =>
    failures++ < 15
      ? { state: 'in-force' }
      : { state: 'refused', differs: `the update was not well at ${gateway}` },
  );
  expect(steps.at(-1)).toBeLessThan(10);
  expect(body().halted).toMatch(/^gw-\d: the update was not well/);
  expect(isTurnOf('gw-none', { ...body(), share: 0 })).toBe(false);
});

it('does not believe a word of before the stage', async () => {
  const { steps } = await rollout(() => ({ state: 'in-force', version: 1 }));
  expect(steps).toEqual([1]);
});
