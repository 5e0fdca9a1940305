/** A real Prometheus scrapes a gateway and a cloud, with the rules that come with the product. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monitoringFiles } from '../../../deploy/monitoring/monitoring.ts';
import { ruleGroups } from '../../../deploy/monitoring/rules/rules.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { type Prometheus, prometheusBinary, startPrometheus } from '../../support/peers/prometheus.ts';
import { freePort } from '../../support/ports.ts';
import { type Site, startSite, until } from '../site.ts';

const absent = reasonToSkip(await prometheusBinary());
const rules = ruleGroups.flatMap((group) => group.rules);

/** Metrics that are shown from the first time on that there is something to show; the rules' own tests compare names. */
const shownOnceWrong = [
  'harbinger_conditions_open',
  'harbinger_heartbeats_total',
  'harbinger_journal_lost_blocks_total',
  'harbinger_timestamps_still_total',
];

describe.skipIf(absent)(`Prometheus${absent ? `: ${absent}` : ''}`, () => {
  let site: Site;
  let folder: string;
  let prometheus: Prometheus;
  beforeAll(async () => {
    site = await startSite({ gateway: await devicesThatAreAway() });
    folder = await mkdtemp(join(tmpdir(), 'rules-'));
    const file = join(folder, 'rules.yml');
    await writeFile(file, monitoringFiles()['prometheus/harbinger-rules.yml']!);
    prometheus = await startPrometheus({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [file],
      scrape_configs: [
        scrape('harbinger-gateway', site.gateway.httpUrl),
        scrape('harbinger-cloud', site.cloud.httpUrl),
      ],
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    await site?.dispose();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('finds each metric that a rule names at a running gateway or cloud', async () => {
    const shown = (await metricsOf(site.gateway.httpUrl)) + (await metricsOf(site.cloud.httpUrl));
    const names = new Set(rules.flatMap(({ expr }) => expr.match(/\b(harbinger|process)_\w+/g) ?? []));
    expect(names.size).toBeGreaterThan(30);
    const notShown = [...names].filter((name) => !shown.includes(`# TYPE ${name} `));
    expect(notShown.filter((name) => !shownOnceWrong.includes(name))).toEqual([]);
  });

  it('evaluates all rules, and raises none about what is well', async () => {
    await until(async () => (await prometheus.query('sum(up) == 2')).length > 0, 'both scraped');
    await until(async () => (await rulesOf(prometheus)).every(({ health }) => health === 'ok'), 'evaluated');
    const found = await rulesOf(prometheus);
    expect(found.map(({ name }) => name).sort()).toEqual(rules.map(({ name }) => name).sort());
    const away = [
      'HarbingerModbusDeviceSilent',
      'HarbingerModbusLineClosed',
      'HarbingerPlantBrokerAway',
      'HarbingerSerialClosed',
    ];
    await until(async () => {
      const states = new Map((await rulesOf(prometheus)).map(({ name, state }) => [name, state]));
      return away.every((name) => states.get(name) === 'pending');
    }, 'what is away is seen');
    expect((await rulesOf(prometheus)).filter(({ state }) => state === 'firing')).toEqual([]);
  });
});

/** Settings of lines and brokers that nothing answers at. */
async function devicesThatAreAway() {
  const port = await freePort();
  return {
    serial: { ports: [{ path: '/dev/harbinger-absent', site: 'hall', machine: 'scale' }] },
    modbus: {
      lines: [
        {
          name: 'hall',
          host: '127.0.0.1',
          port,
          slaves: [
            {
              unit: 1,
              site: 'hall',
              machine: 'meter',
              points: [{ name: 'power', address: 0 }],
            },
          ],
        },
      ],
    },
    'mqtt-client': {
      brokers: [{ name: 'plant', url: `mqtt://127.0.0.1:${port}`, subscribe: ['telemetry/#'] }],
    },
    alerts: { webhook: [{ name: 'hook', url: `http://127.0.0.1:${port}/` }] },
    sparkplug: { hosts: [{ name: 'edge', url: `mqtt://127.0.0.1:${port}`, hostId: 'harbinger' }] },
  };
}

function scrape(job_name: string, url: string) {
  return { job_name, static_configs: [{ targets: [new URL(url).host] }] };
}

async function rulesOf({ url }: Prometheus) {
  const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as {
    data: { groups: { rules: { name: string; health: string; state: string }[] }[] };
  };
  return answer.data.groups.flatMap((group) => group.rules);
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}
