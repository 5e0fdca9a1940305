import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { influxdBinary, startInfluxd } from '../influxd.ts';
import { reasonToSkip } from '../needed.ts';
import { startVictoriaMetrics, victoriaMetricsBinary } from '../victoria-metrics.ts';
import { mosquittoClients } from './clients.ts';
import { ensureDebianBinary, environmentOf } from './packages.ts';

const noInfluxd = reasonToSkip(await influxdBinary());
const noVictoria = reasonToSkip(await victoriaMetricsBinary());
const mosquitto = await mosquittoClients();
const noMosquitto = reasonToSkip(mosquitto);

test('a package that does not exist is unavailable, with the reason', async () => {
  const found = await ensureDebianBinary({
    packages: ['harbinger-no-such'],
    binary: 'usr/bin/harbinger-no-such',
  });
  expect(found).toEqual({ unavailable: expect.stringContaining('harbinger-no-such') });
});

test('a binary on the PATH is used as it is', async () => {
  expect(await ensureDebianBinary({ packages: ['nodejs'], binary: 'usr/bin/node' })).toEqual({
    path: expect.stringMatching(/\/node$/),
  });
});

test.skipIf(noInfluxd !== null)('influxd keeps its data over kill -9 (needs influxd)', async () => {
  const administrator = { username: 'admin', password: 'secret' };
  const server = await startInfluxd({ administrator });
  try {
    expect(await (await fetch(`${server.url}/query?q=SHOW+DATABASES`)).json()).toHaveProperty('error');
    await server.query('CREATE DATABASE "kept"');
    await server.kill9();
    await server.restart();
    const answer = await server.query('SHOW DATABASES');
    expect(answer.results[0]?.series?.[0]?.values.flat()).toContain('kept');
  } finally {
    await server.stop();
  }
});

test.skipIf(noVictoria !== null)('takes line protocol (needs victoria-metrics)', async () => {
  const server = await startVictoriaMetrics();
  try {
    const body = 'pump,machine=m1 rpm=12.5 1700000000000000000';
    await fetch(`${server.url}/api/v2/write`, { method: 'POST', body });
    const [series] = await server.export('pump_rpm');
    expect(series).toMatchObject({ values: [12.5], timestamps: [1_700_000_000_000] });
  } finally {
    await server.stop();
  }
});

test.skipIf(noMosquitto !== null)("Mosquitto's clients run (needs mosquitto-clients)", () => {
  if ('unavailable' in mosquitto) return;
  const help = () => execFileSync(mosquitto.sub.path, ['--help'], { env: environmentOf(mosquitto.sub) });
  // It prints its help and exits with 1.
  expect(help).toThrow(expect.objectContaining({ stdout: expect.anything(), status: 1 }));
});
