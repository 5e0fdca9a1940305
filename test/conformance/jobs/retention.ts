import { expect } from 'vitest';
import type { GatewayJobDeps } from '../../../gateway/ports/job.ts';
import { openGatewayPlane } from '../data-plane.ts';
import { jobDeps } from './operations.ts';
import type { JobHarness } from './suite.ts';

const dayMs = 86_400_000;

/** Two messages that no route takes, one a hundred days before the other. */
export const retentionHarness: JobHarness<GatewayJobDeps> = {
  kind: 'retention',
  async start(clock, folder) {
    const plane = await openGatewayPlane(folder, clock);
    const keep = (topic: string) =>
      plane.take((each) =>
        each({
          topic,
          payload: Buffer.from('x'),
          client: 'c',
          receivedMs: clock.nowMs(),
          resend: false,
          connection: 0,
        }),
      );
    await keep('nowhere/old');
    await clock.advance(100 * dayMs);
    await keep('nowhere/new');
    const topics = async () => (await plane.calls.deadLettersList({ limit: 10 })).map(({ topic }) => topic);
    expect((await topics()).sort()).toEqual(['nowhere/new', 'nowhere/old']);
    return {
      deps: jobDeps(plane, { clock, dataDir: folder }),
      async expectDone(log) {
        expect(await topics()).toEqual(['nowhere/new']);
        expect(log).toContainEqual(expect.objectContaining({ msg: 'retention', deadLettersDropped: 1 }));
      },
      stop: () => plane.calls.stop(),
    };
  },
};
