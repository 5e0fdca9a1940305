import { expect } from 'vitest';
import { openGatewayPlane } from '../data-plane.ts';
import type { JobHarness } from './suite.ts';

const dayMs = 86_400_000;

/** Two messages that no route takes: one of a year ago, and one of now. */
export const retentionHarness: JobHarness = {
  kind: 'retention',
  async start(clock, folder) {
    const plane = await openGatewayPlane(folder, clock);
    const letter = (topic: string, receivedMs: number) => ({
      topic,
      payload: Buffer.from('x'),
      client: 'c',
      receivedMs,
      resend: false,
      connection: 0,
    });
    await plane.take((each) => {
      each(letter('nowhere/old', clock.nowMs() - 365 * dayMs));
      each(letter('nowhere/new', clock.nowMs()));
    });
    const topics = async () => (await plane.calls.deadLettersList({ limit: 10 })).map(({ topic }) => topic);
    expect((await topics()).sort()).toEqual(['nowhere/new', 'nowhere/old']);
    return {
      deps: { summary: async () => ({}), retain: () => plane.calls.retain() },
      async expectDone(log) {
        expect(await topics()).toEqual(['nowhere/new']);
        expect(log).toContainEqual(expect.objectContaining({ msg: 'retention', deadLettersDropped: 1 }));
      },
      stop: () => plane.calls.stop(),
    };
  },
};
