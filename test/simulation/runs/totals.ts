import type { Ran, WorldName } from './worlds.ts';

/** The sum of the results of many runs; several sums can be added up. */
export class Totals {
  schedules = 0;
  steps = 0;
  virtualMs = 0;
  cpuMs = 0;
  readonly failures: { world: WorldName; seed: number; invariant: string; detail: string }[] = [];
  readonly outcome: Record<string, number> = {};
  readonly faults: Record<string, number> = {};

  add(world: WorldName, seed: number, ran: Ran): void {
    this.schedules++;
    this.steps += ran.steps;
    this.virtualMs += ran.virtualMs;
    const [problem] = ran.problems;
    if (problem) this.failures.push({ world, seed, ...problem });
    addTo(this.outcome, ran.outcome);
    for (const kind of ran.kinds) addTo(this.faults, { [kind]: 1 });
  }

  merge(other: Readonly<Totals>): void {
    this.schedules += other.schedules;
    this.steps += other.steps;
    this.virtualMs += other.virtualMs;
    this.cpuMs += other.cpuMs;
    this.failures.push(...other.failures);
    addTo(this.outcome, other.outcome);
    addTo(this.faults, other.faults);
  }

  table(seconds: number): string {
    const rows: [string, number][] = [
      ['schedules', this.schedules],
      ['schedules a minute', Math.round((this.schedules / seconds) * 60)],
      ['the same per CPU', Math.round((this.schedules / this.cpuMs) * 60_000)],
      ['steps', this.steps],
      ['simulated minutes', Math.round(this.virtualMs / 60_000)],
      ...Object.entries(this.outcome),
      ...Object.entries(this.faults)
        .sort()
        .map(([kind, count]): [string, number] => [`fault ${kind}`, count]),
      ['failed', this.failures.length],
    ];
    return rows.map(([name, value]) => `${name.padEnd(24)} ${String(value).padStart(12)}`).join('\n');
  }
}

function addTo(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(more)) sums[key] = (sums[key] ?? 0) + value;
}
