import { type Gathering, ruledSetpoint } from '../../../gateway/ports/gathering/gathering.ts';
import type { SetpointHarness } from './setpoint-suite.ts';

/** Senders that wait for each answer: waiting for more is in vain. */
export const gatheringHarness: SetpointHarness = {
  kind: 'gathering',
  governed() {
    const counts = { messages: 0, batches: 0, waits: 0, fruitful: 0 };
    const gathering: Gathering = {
      setpoint: ruledSetpoint(1),
      counts: () => ({ ...counts }),
      waited: null,
      patience: 1,
    };
    return {
      deps: { gathering },
      due() {
        counts.waits += 10;
        gathering.waited?.();
      },
      setpoint: () => gathering.setpoint,
    };
  },
  wrong: { setting: 'everyMs = 1', key: 'decisions.gathering.everyMs' },
};
