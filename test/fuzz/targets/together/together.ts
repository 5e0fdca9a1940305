/**
 * People who ask at once (test/fuzz/targets/together): each subject is a part of the product that people change by an API. What some
 * of them are answered at once, and what there is afterwards, has to be as if they had asked one after the other, in some order: so
 * one of two who want different things gets it, and the other is told.
 */
import { setImmediate } from 'node:timers/promises';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { below, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';
import { fleetScene } from './fleet.ts';
import { limitsScene, maintenanceScene } from './kept-lists.ts';
import { machinesScene } from './machines.ts';
import type { NewScene, Scene } from './scene.ts';

const subjects: Record<string, NewScene> = {
  machines: machinesScene,
  limits: limitsScene,
  maintenance: maintenanceScene,
  fleet: fleetScene,
};
/** All orders of so many are tried. */
const requestsMax = 4;
const waitsMax = 4;

/** Requests by their names, and how long each write to the disk takes, in turns of the event loop. */
interface Together {
  subject: string;
  requests: string[];
  waits: number[];
}

export async function togetherTarget(): Promise<Target> {
  const names: Record<string, string[]> = {};
  for (const [subject, scene] of Object.entries(subjects))
    names[subject] = Object.keys((await scene(async () => {})).requests);
  return {
    kind: 'together',
    draw: (random) => [Buffer.from(JSON.stringify(drawn(random, names)))],
    async take([piece = Buffer.alloc(0)]) {
      const together = readIn(piece);
      if (together) await check(together);
    },
    close: async () => {},
  };
}

function drawn(random: Random, names: Record<string, string[]>): Together {
  const subject = pick(random, Object.keys(subjects));
  const count = 2 + below(random, requestsMax - 1);
  return {
    subject,
    requests: Array.from({ length: count }, () => pick(random, names[subject]!)),
    waits: Array.from({ length: 8 }, () => below(random, waitsMax)),
  };
}

async function check({ subject, requests, waits }: Together): Promise<void> {
  const make = subjects[subject]!;
  let written = 0;
  const slow = await make(async () => {
    for (let left = waits[written++ % waits.length]!; left > 0; left--) await setImmediate();
  });
  const at = requests.map((_, i) => i);
  const answers = await Promise.all(at.map((i) => answerOf(slow, requests[i]!)));
  const got = JSON.stringify([answers, slow.state()]);
  for (const order of orders(at)) {
    const scene = await make(async () => {});
    const alone: unknown[] = [];
    for (const i of order) alone[i] = await answerOf(scene, requests[i]!);
    if (JSON.stringify([alone, scene.state()]) === got) return;
  }
  throw new Error(`${requests.join(', ')} of ${subject} at once, as in no order of them: ${got}`);
}

/** The answer, or the code with which it is refused. */
async function answerOf({ requests }: Scene, name: string): Promise<unknown> {
  try {
    return (await requests[name]!()) ?? null;
  } catch (error) {
    if (error instanceof HarbingerError) return error.code;
    throw error;
  }
}

function orders(all: readonly number[]): number[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first) => orders(all.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

function readIn(piece: Buffer): Together | null {
  try {
    const { subject, requests, waits } = JSON.parse(piece.toString()) as Together;
    const isOne = Object.hasOwn(subjects, subject) && requests.length <= requestsMax && waits.length > 0;
    return isOne ? { subject, requests, waits } : null;
  } catch {
    return null;
  }
}
