/** Compares both sides' own counters with the load. The counters of a process that ran for a whole round must agree. */
import type { ProductProcess } from '../../support/processes.ts';
import { storedPumpRows } from '../observe/stored.ts';
import type { Site } from '../site/site.ts';

export interface Accounts {
  gatewayStartedAt: number;
  cloudStartedAt: number;
  /** Readings by the gateway's own counter, since its start. */
  readings: number;
  /** The cloud's counter: lines of the readings lane that it has stored since its start. */
  ingested: number;
  pumpRows: number;
}

export async function accountsOf(site: Site): Promise<Accounts> {
  const [gateway, cloud, pumpRows] = await Promise.all([
    metricsOf(site.gateway.process),
    metricsOf(site.cloud.process),
    storedPumpRows(site),
  ]);
  const startedAt = 'process_start_time_seconds ';
  return {
    gatewayStartedAt: sumOf(gateway, startedAt),
    cloudStartedAt: sumOf(cloud, startedAt),
    readings: sumOf(gateway, 'harbinger_readings_total '),
    ingested: sumOf(cloud, 'harbinger_ingest_lines_total{lane="readings"'),
    pumpRows,
  };
}

/** `loadRows`: rows of the load that were stored in between. `othersMax`: most that others sent. */
export function accountProblems(
  before: Accounts,
  after: Accounts,
  loadRows: number,
  othersMax: number,
): string[] {
  const rows = loadRows + after.pumpRows - before.pumpRows;
  const problems: string[] = [];
  const compare = (who: string, lived: boolean, counted: number) => {
    const more = counted - rows;
    if (lived && (more < 0 || more > othersMax))
      problems.push(`METRICS: the ${who} counted ${counted} readings, ${rows} were stored`);
  };
  compare('gateway', before.gatewayStartedAt === after.gatewayStartedAt, after.readings - before.readings);
  compare('cloud', before.cloudStartedAt === after.cloudStartedAt, after.ingested - before.ingested);
  return problems;
}

/** Checks that both sides report that they are well, after everything is healed and drained. */
export async function wellProblem({ gateway, cloud }: Site): Promise<string | null> {
  for (const [name, { process }] of Object.entries({ gateway, cloud })) {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(`${process.httpUrl}${path}`, { signal: AbortSignal.timeout(20_000) });
      if (!answer.ok) return `${name} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`;
    }
  }
  const lines = await metricsOf(gateway.process);
  for (const gauge of ['harbinger_uplink_connected ', 'harbinger_journal_writable ']) {
    if (sumOf(lines, gauge) !== 1) return `gateway: ${gauge}is not 1`;
  }
  return null;
}

async function metricsOf(process: ProductProcess): Promise<string[]> {
  const answer = await fetch(`${process.httpUrl}/metrics`, { signal: AbortSignal.timeout(20_000) });
  return (await answer.text()).split('\n');
}

function sumOf(lines: readonly string[], prefix: string): number {
  const values = lines.filter((line) => line.startsWith(prefix));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
