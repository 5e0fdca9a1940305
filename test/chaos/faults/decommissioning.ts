/** A machine that is deleted by hand while everything goes on, and heard again: what is deleted is one machine's past. */

import { publishAll } from '../../support/peers/publish-all.ts';
import { keptOf } from '../observe/stored.ts';
import type { Site } from '../site/site.ts';
import { eventually, type Fault } from './fault.ts';

const answerMsMax = 45_000;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Null if the machine and all of its readings are deleted, otherwise why not. */
async function deleteMachine(site: Site, machine: string): Promise<string | null> {
  const answer = await fetch(`${site.cloud.process.httpUrl}/api/machines/delete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ machines: [{ site: 'chaos', machine }] }),
    signal: AbortSignal.timeout(answerMsMax),
  });
  const text = await answer.text();
  return answer.ok && (JSON.parse(text) as { isComplete: boolean }).isComplete ? null : text.slice(0, 300);
}

const deletedMachine: Fault = {
  kind: 'machine-deleted',
  target: 'sensors',
  plan(draw) {
    const [before, after] = [draw.int(1, 40), draw.int(1, 40)];
    const machine = `deleted-${draw.int(0, 2 ** 40)}`;
    return {
      text: `a machine with ${before} readings is deleted, and sends ${after} more`,
      async run({ site, targets, expect, sends }) {
        const send = (seqs: number[]) =>
          publishAll(
            site.gateway.process.mqttUrl,
            seqs.map((seq) => [`telemetry/chaos/${machine}`, JSON.stringify({ seq, kept: seq })]),
          );
        sends(before + after);
        await send(numbers(1, before));
        const isStored = await eventually(async () => {
          const stored = await keptOf(site, machine);
          return stored.length >= before ? null : `${stored.length} of ${before} are stored`;
        });
        const why = isStored ?? (await eventually(() => deleteMachine(site, machine)));
        const later = numbers(before + 1, before + after);
        await send(later);
        const others = ['gateway', 'cloud', 'store', 'link'] as const;
        const isAlone = !others.some((other) => targets.has(other));
        expect(
          `${machine}: what was sent before it was deleted is gone, and what came later is stored once`,
          async () => {
            const stored = await keptOf(site, machine);
            const isOnce = new Set(stored).size === stored.length;
            const isThere = later.every((seq) => stored.includes(seq));
            // Readings that another fault has held up, or brought back out of a backup, may come after the deletion.
            const isGone = stored.length === after || !isAlone;
            if (isAlone && why !== null) return `it could not be deleted: ${why}`;
            return isOnce && isThere && isGone ? null : `${stored.join()} instead of ${later.join()}`;
          },
        );
      },
    };
  },
};

export const decommissioningFaults: Fault[] = [deletedMachine];
