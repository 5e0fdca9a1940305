/**
 * Every query of every dashboard has an answer: from a real InfluxDB that the cloud has filled with what a pump near its end sends,
 * and from a real Prometheus that scrapes the gateway and the cloud.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboards } from '../../../deploy/monitoring/dashboards/dashboards.ts';
import type { PanelQuery } from '../../../deploy/monitoring/dashboards/panel.ts';
import { monitoringFiles } from '../../../deploy/monitoring/monitoring.ts';
import { type Influxd, influxdBinary, startInfluxd } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { type Prometheus, prometheusBinary, startPrometheus } from '../../support/peers/prometheus.ts';
import { freePort } from '../../support/ports.ts';
import { createModelSite, modelIsReady } from '../model-site.ts';
import { PumpHall } from '../pump-hall.ts';
import { drained, type Site, until } from '../site.ts';

const absent = reasonToSkip(await influxdBinary()) ?? reasonToSkip(await prometheusBinary());
const database = 'harbinger';
const queries = dashboards.flatMap(({ name, panels }) =>
  panels.flatMap((panel) => panel.queries.map((query) => ({ of: `${name}: ${panel.title}`, query }))),
);

describe.skipIf(absent)(`dashboards${absent ? `: ${absent}` : ''}`, () => {
  let influxd: Influxd;
  let site: Site;
  let hall: PumpHall;
  let folder: string;
  let prometheus: Prometheus;

  beforeAll(async () => {
    influxd = await startInfluxd();
    folder = await mkdtemp(join(tmpdir(), 'dashboards-'));
    site = await createModelSite(
      {},
      {
        store: { kind: 'influx', version: 1, url: influxd.url, database },
        cloud: { alerts: { webhook: [{ name: 'hook', url: `http://127.0.0.1:${await freePort()}/` }] } },
      },
    );
    await site.dropIn('absent', {
      serial: { ports: [{ path: '/dev/harbinger-absent', site: 'hall', machine: 'scale' }] },
    });
    await site.cloud.start();
    await site.gateway.start();
    await modelIsReady(site);
    prometheus = await startPrometheus(await scrapes());
    hall = new PumpHall(site, ['pump-1', 'pump-2'], (i) => 30 + 10 * i);
    await hall.connect();
    await hall.fill();
    const alerted = async () => (await series('SELECT "id" FROM "alert"')).length > 0;
    await hall.roundsUntil(alerted, 60);
    await drained(site);
  });
  afterAll(async () => {
    await hall?.end();
    await prometheus?.stop();
    await site?.dispose();
    await influxd?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function scrapes(): Promise<object> {
    const file = join(folder, 'rules.yml');
    await writeFile(file, monitoringFiles()['prometheus/harbinger-rules.yml']!);
    const scrape = (job_name: string, url: string) => ({
      job_name,
      static_configs: [{ targets: [new URL(url).host] }],
    });
    return {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [file],
      scrape_configs: [
        scrape('harbinger-gateway', site.gateway.httpUrl),
        scrape('harbinger-cloud', site.cloud.httpUrl),
      ],
    };
  }

  async function series(influxQl: string) {
    const answer = await influxd.query(influxQl, database);
    const error = answer.error ?? answer.results[0]?.error;
    if (error !== undefined) throw new Error(`${influxQl}: ${error}`);
    return answer.results[0]?.series ?? [];
  }

  /** Whether there is a value beside a time. */
  async function isAnswered(query: PanelQuery): Promise<boolean> {
    if (query.source === 'prometheus') {
      const samples = await prometheus.query(query.promQl.replaceAll('$__rate_interval', '1m'));
      return samples.some(({ value }) => Number.isFinite(value));
    }
    const found = await series(expanded(query.influxQl));
    return found.some(({ values }) => values.some((row) => row.slice(1).some((value) => value !== null)));
  }

  it('have a value for each query of each panel', async () => {
    expect(queries.length).toBeGreaterThan(35);
    const unanswered = new Map(queries.map(({ of, query }) => [of, query]));
    await until(async () => {
      // Rates are of what goes on.
      await hall.rounds(1);
      for (const [of, query] of unanswered) if (await isAnswered(query)) unanswered.delete(of);
      if (unanswered.size > 0) throw new Error(`no value for ${[...unanswered.keys()].join('; ')}`);
      return true;
    }, 'a value for each query');
  });

  it('have values for each variable', async () => {
    for (const { influxQl, filter } of dashboards.flatMap(({ variables }) => variables)) {
      const found = (await series(expanded(influxQl))).flatMap(({ values }) =>
        values.map((row) => row.at(-1)),
      );
      const matching = found.filter(
        (name) => filter === undefined || new RegExp(filter.slice(1, -1)).test(`${name}`),
      );
      expect(matching, influxQl).not.toEqual([]);
      if (filter) expect(matching).toEqual(['pump']);
    }
  });
});

/** The query as Grafana sends it, where one type and all sites and machines are chosen. */
function expanded(influxQl: string): string {
  return influxQl
    .replaceAll('$timeFilter', 'time > now() - 1h')
    .replaceAll('$__interval', '10s')
    .replace(/\$\{(site|machine):regex\}/g, '.*')
    .replaceAll(`\${type}`, 'pump');
}
