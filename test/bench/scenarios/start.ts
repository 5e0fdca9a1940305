import { LoadGenerator } from '../../load/generator.ts';
import type { LoadReport } from '../../load/options.ts';
import type { Sample, Scenario } from '../scenario.ts';
import { startBare, startProductSide } from '../sides/sides.ts';
import { checkJournal } from './ingest.ts';

/** From the start of the process to the acknowledgement of its first message. */
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
  seconds: 1,
  async run(side, { folder }): Promise<Sample> {
    const beganAtMs = performance.now();
    const product = side === 'product' ? await startProductSide({ folder, until: 'listening' }) : null;
    const running = product ?? (await startBare());
    let sample: Sample;
    let load: LoadGenerator;
    let report: LoadReport;
    try {
      load = new LoadGenerator({ port: running.mqttPort, connections: 1, qos: 1, total: 1 });
      await load.start();
      report = await load.finished;
      const seconds = (performance.now() - beganAtMs) / 1_000;
      const problems = report.acked === 1 ? [] : ['the first message was not acknowledged'];
      sample = { values: { seconds }, details: {}, problems };
    } finally {
      await running.stop();
    }
    if (product) await checkJournal(sample, { report, ledger: load.ledger }, product.gatewayDir);
    return sample;
  },
};
