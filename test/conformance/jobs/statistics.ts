import { expect } from 'vitest';
import type { GatewayJobDeps } from '../../../gateway/ports/job.ts';
import { createStatus } from '../../../gateway/status.ts';
import { openGatewayPlane } from '../data-plane.ts';
import { jobDeps } from './operations.ts';
import type { JobHarness } from './suite.ts';

/** A gateway that has taken one reading. */
export const statisticsHarness: JobHarness<GatewayJobDeps> = {
  kind: 'statistics',
  async start(clock, folder) {
    const plane = await openGatewayPlane(folder, clock);
    const topic = 'telemetry/lab/bench-1';
    const payload = Buffer.from('{"temperature":21.5}');
    await plane.take((each) =>
      each({ topic, payload, client: 'c', receivedMs: clock.nowMs(), resend: false, connection: 0 }),
    );
    const status = createStatus({
      config: { gateway: 'g', dataDir: folder },
      data: { call: () => plane.calls.status(), pending: 0 },
      reporters: () => [],
      clock,
    });
    return {
      deps: { ...jobDeps(plane, { clock, dataDir: folder }), summary: () => status.summary() },
      async expectDone(log) {
        expect(log).toContainEqual(expect.objectContaining({ msg: 'statistics', messages: 1, readings: 1 }));
      },
      stop: () => plane.calls.stop(),
    };
  },
};
