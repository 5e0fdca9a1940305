/** Loads on a site whose product is backed up, and comparison of what they had acknowledged with what is stored. */
import { expect } from 'vitest';
import { LoadGenerator } from '../../load/generator.ts';
import { type Site, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

/** Every load has machines of its own, so that each has a ledger of its own. The caller stops it. */
export async function startLoad({ gateway }: Site, name: string): Promise<LoadGenerator> {
  const port = gateway.mqttPort;
  const machine = `${name}{c}`;
  const load = new LoadGenerator({ port, connections: 10, qos: 1, rate: 2_000, machine, clientPrefix: name });
  await load.start();
  return load;
}

export const acked = (load: LoadGenerator, count: number) =>
  until(() => load.progress.acked >= count, `${count} acknowledgements`);

/** The ledger as it is now: `machine#seq` of everything acknowledged. */
export const ackedNow = (load: LoadGenerator): string[] =>
  load.ledger
    .toJson()
    .machines.flatMap(({ machine, acked: ranges }) =>
      ranges.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, i) => `${machine}#${from + i}`),
      ),
    );

/** `machine#seq` of every stored reading; fails if one is stored twice. */
export async function storedOnce({ cloud }: Site): Promise<Set<string>> {
  const stored = (await embeddedReadings(cloud)).map(([machine, seq]) => `${machine}#${seq}`);
  const names = new Set(stored);
  expect(stored.length - names.size).toBe(0);
  return names;
}

export const missingOf = (wanted: readonly string[], stored: ReadonlySet<string>) =>
  wanted.filter((name) => !stored.has(name));
