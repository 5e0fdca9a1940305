/** Machines that are deleted or renamed by hand while everything goes on: what is deleted is one machine's past. */

import { publishAll } from '../../support/peers/publish-all.ts';
import { keptOf } from '../observe/stored.ts';
import type { Site } from '../site/site.ts';
import { due, eventually, type Fault } from './fault.ts';

const answerMsMax = 45_000;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function post(site: Site, path: string, body: object): Promise<Response> {
  return fetch(`${site.cloud.process.httpUrl}/api/machines/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerMsMax),
  });
}

/** Null if the machine and all of its readings are deleted, otherwise why not. */
async function deleteMachine(site: Site, machine: string): Promise<string | null> {
  const answer = await post(site, 'delete', { machines: [{ site: 'chaos', machine }] });
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
      async run(scene) {
        const { site, targets, expect, sends } = scene;
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
            const isThere = due(scene, machine, later, stored).every((seq) => stored.includes(seq));
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

const renamedMachine: Fault = {
  kind: 'machine-renamed',
  target: 'sensors',
  plan(draw) {
    const [before, during, after] = [draw.int(1, 40), draw.int(1, 40), draw.int(1, 40)];
    const [from, to] = [`moved-${draw.int(0, 2 ** 40)}`, `moved-${draw.int(0, 2 ** 40)}`];
    return {
      text: `a machine with ${before} readings is renamed in the cloud while it sends ${during}; then ${after} come under its new name`,
      async run(scene) {
        const { site, targets, expect, sends } = scene;
        const send = (machine: string, seqs: number[]) =>
          publishAll(
            site.gateway.process.mqttUrl,
            seqs.map((seq) => [`telemetry/chaos/${machine}`, JSON.stringify({ seq, kept: seq })]),
          );
        sends(before + during + after);
        await send(from, numbers(1, before));
        const isListed = await eventually(async () =>
          (await keptOf(site, from)).length >= before ? null : 'its first readings are not stored',
        );
        const body = { from: { site: 'chaos', machine: from }, to: { site: 'chaos', machine: to } };
        const rename = eventually(async () => {
          const answer = await post(site, 'rename', body);
          return answer.ok ? null : (await answer.text()).slice(0, 300);
        });
        const [why] = await Promise.all([rename, send(from, numbers(before + 1, before + during))]);
        await send(to, numbers(before + during + 1, before + during + after));
        expect(`${from}: what was sent under either name is stored once`, async () => {
          const stored = [...(await keptOf(site, from)), ...(await keptOf(site, to))];
          const old = due(scene, from, numbers(1, before + during), stored);
          const all = [
            ...old,
            ...due(scene, to, numbers(before + during + 1, before + during + after), stored),
          ];
          return stored.join() === all.join()
            ? null
            : `${stored.join()} instead of 1 to ${before + during + after}`;
        });
        // Another fault of the cloud may come between, or bring back its earlier state.
        if (targets.has('cloud') || targets.has('store')) return;
        expect(`${from}: the new name has its history`, async () => {
          const problem = isListed ?? why;
          if (problem !== null) return `it could not be renamed: ${problem}`;
          const path = `/api/machines/chaos/${to}`;
          const { formerNames } = await site.cloud.process.json<{ formerNames: { machine: string }[] }>(path);
          return formerNames.some(({ machine }) => machine === from) ? null : 'its former name is not known';
        });
      },
    };
  },
};

export const decommissioningFaults: Fault[] = [deletedMachine, renamedMachine];
