/** A second gateway with the name of the first one and a journal of its own, as with a copied configuration. */

import { publishAll } from '../../support/peers/publish-all.ts';
import { keptOf } from '../observe/stored.ts';
import { eventually, type Fault, pause, seconds } from './fault.ts';

const duplicateGateway: Fault = {
  kind: 'gateway-duplicate',
  target: 'sensors',
  plan(draw) {
    const [forMs, count] = [draw.int(500, 2_500), draw.int(1, 30)];
    const machine = `duplicate${draw.int(0, 2 ** 40)}`;
    return {
      text: `another gateway of the same name sends ${count} readings, and stops after ${seconds(forMs)}`,
      async run({ site, expect }) {
        const other = site.duplicateGateway();
        await other.start();
        try {
          const messages = Array.from(
            { length: count },
            (_, i) => [`telemetry/chaos/${machine}`, JSON.stringify({ seq: i + 1, kept: i + 1 })] as const,
          );
          await publishAll(other.mqttUrl, messages);
          await pause(forMs);
          const drained = await eventually(async () => {
            const { backlog } = await other.json<{ backlog: Record<string, { blocks: number }> }>(
              '/api/status',
            );
            const blocks = Object.values(backlog).reduce((sum, lane) => sum + lane.blocks, 0);
            return blocks === 0 ? null : `${blocks} blocks wait`;
          });
          expect('the other gateway: its readings are stored once', async () => {
            const stored = await keptOf(site, machine);
            const wanted = Array.from({ length: count }, (_, i) => i + 1).join();
            return drained ?? (stored.join() === wanted ? null : `${stored.join()} instead of 1 to ${count}`);
          });
        } finally {
          await other.stop();
        }
      },
    };
  },
};

export const duplicateGatewayFaults: Fault[] = [duplicateGateway];
