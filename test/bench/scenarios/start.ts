import { LoadGenerator } from '../../load/generator.ts';
import type { Sample, Scenario } from '../scenario.ts';
import { startBare, startProductSide } from '../sides.ts';

/** From the process's birth to the acknowledgement of a first message. */
export const firstAck: Scenario = {
  name: 'start',
  title: 'start of the process to the first acknowledged message',
  figures: [
    {
      key: 'seconds',
      title: 'start to first ack',
      unit: 's',
      better: 'lower',
      target: 1.5,
      targetFor: 'value',
    },
  ],
  seconds: 4,
  async run(side, { folder }): Promise<Sample> {
    const beganAtMs = performance.now();
    const running =
      side === 'bare' ? await startBare() : await startProductSide({ folder, until: 'listening' });
    try {
      const load = new LoadGenerator({ port: running.mqttPort, connections: 1, qos: 1, total: 1 });
      await load.start();
      const report = await load.finished;
      const seconds = (performance.now() - beganAtMs) / 1_000;
      const problems = report.acked === 1 ? [] : ['the first message was not acknowledged'];
      return { values: { seconds }, details: {}, problems };
    } finally {
      await running.stop();
    }
  },
};
