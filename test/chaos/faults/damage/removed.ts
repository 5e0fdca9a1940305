/** The journal's newest segment, or a folder above it, is taken away from the running gateway, and put back later. */
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { metricOf } from '../../observe/watch.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault, pause, seconds } from '../fault.ts';

/** Paths of what is taken away. */
const taken = {
  'the newest segment of readings'({ journalDir }: Site) {
    const dir = join(journalDir, 'readings');
    const segments = readdirSync(dir).filter((name) => name.endsWith('.seg'));
    return join(dir, segments.sort().at(-1)!);
  },
  'the folder of readings': ({ journalDir }: Site) => join(journalDir, 'readings'),
  'the journal’s folder': ({ journalDir }: Site) => journalDir,
};

/** Moves `path` away, and in `replace` leaves a copy in its place. Returns a function that puts it back. */
function take(path: string, away: string, replace: boolean): () => void {
  const copy = `${away}-copy`;
  if (replace) cpSync(path, copy, { recursive: true, verbatimSymlinks: true });
  renameSync(path, away);
  if (replace) renameSync(copy, path);
  return () => {
    rmSync(path, { recursive: true, force: true });
    renameSync(away, path);
  };
}

const removed: Fault = {
  kind: 'journal-removed',
  target: 'gateway',
  plan(draw) {
    const what = draw.pick(Object.keys(taken) as (keyof typeof taken)[]);
    const replace = draw.chance(0.5);
    const forMs = draw.int(2_000, 5_000);
    return {
      text: `${replace ? 'replace by a copy' : 'move away'} ${what} of the running gateway; put it back after ${seconds(forMs)}`,
      async run({ site, allow, expect }) {
        // Estimates and dead letters have no sender that could be kept waiting.
        allow('estimates-lost', 'letters');
        const { process } = site.gateway;
        const readings = () => metricOf(process, 'harbinger_readings_total');
        const putBack = take(taken[what](site), join(dirname(site.journalDir), 'taken-away'), replace);
        let told: string | null;
        let acknowledged = 0;
        try {
          told = await eventually(async () => {
            const answer = await fetch(`${process.httpUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
            const text = await answer.text();
            return answer.status === 503 && /was deleted or replaced/.test(text) ? null : text;
          });
          const before = await readings();
          await pause(forMs);
          acknowledged = ((await readings()) ?? 0) - (before ?? 0);
        } finally {
          putBack();
        }
        expect(`gateway: /readyz says that ${what} was taken away`, () => told);
        expect('gateway: acknowledges no reading meanwhile', () =>
          acknowledged === 0 ? null : `it acknowledged ${acknowledged}`,
        );
      },
    };
  },
};

export const removalFaults: Fault[] = [removed];
