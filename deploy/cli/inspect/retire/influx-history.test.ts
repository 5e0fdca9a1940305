/** Histories out of an InfluxDB: a real one of version 1, and one of version 2 as its API is documented. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnownMachine } from '../../../../gateway/ports/retiring.ts';
import { type Influxd, startInfluxd } from '../../../../test/support/influxd.ts';
import type { TeachOptions } from './history.ts';
import { influxHistory } from './influx-history.ts';

const press: KnownMachine = {
  ...{ site: 'hall', machine: 'press', machineType: 'press', sender: '' },
  sensors: ['heat', 'mode', 'on'],
};
const nowMs = Date.now();
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;

async function rowsOf(options: Partial<TeachOptions>, machine = press) {
  const rows: unknown[][] = [];
  const history = influxHistory(machine, { days: 2, ...options } as TeachOptions);
  for await (const row of history.rows) rows.push(row);
  return rows;
}

describe('an InfluxDB 1', () => {
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd({ administrator: { username: 'admin', password: 'secret-of-it' } });
    await influxd.query('CREATE DATABASE plant');
  }, 300_000);
  afterAll(async () => {
    await influxd?.stop();
  });

  async function write(lines: string[]): Promise<void> {
    const login = 'u=admin&p=secret-of-it';
    const body = lines.join('\n');
    const answer = await fetch(`${influxd.url}/write?db=plant&precision=ms&${login}`, {
      method: 'POST',
      body,
    });
    expect(answer.status).toBe(204);
  }
  const at = (options: Partial<TeachOptions>) => {
    process.env.HARBINGER_INFLUX_PASSWORD = 'secret-of-it';
    return rowsOf({ influx: influxd.url, influxDatabase: 'plant', influxUser: 'admin', ...options });
  };

  it('is read by time, with numbers, texts and booleans, under other names and tags', async () => {
    await write([
      `opc,asset=P\\ 'x' T=21.5,Mode="AUTO",on=true ${minutesAgo(2)}`,
      `opc,asset=P\\ 'x' T=20 ${minutesAgo(1_600)}`,
      `opc,asset=other T=99 ${minutesAgo(1)}`,
      `opc,asset=P\\ 'x' T=1 ${minutesAgo(60 * 24 * 9)}`,
    ]);
    const options = {
      ...{ influxMeasurement: 'opc', influxTag: ["asset=P 'x'"] },
      influxField: ['heat=T', 'mode=Mode'],
    };
    expect(await at(options)).toEqual([
      [minutesAgo(1_600), 20, null, null],
      [minutesAgo(2), 21.5, 'AUTO', 1],
    ]);
  });

  it('is read in pages, each row once', async () => {
    const lines = Array.from(
      { length: 25_000 },
      (_, i) => `press,site=hall,machine=press heat=${i} ${nowMs - 40_000_000 + i}`,
    );
    await write(lines);
    const rows = await at({});
    expect(rows).toHaveLength(25_000);
    expect([rows[0]?.[1], rows.at(-1)?.[1]]).toEqual([0, 24_999]);
  });

  it('says what is wrong: its login, its database, the names of fields', async () => {
    await expect(at({ influxUser: undefined as never })).rejects.toThrow(/HTTP 401.*HARBINGER_INFLUX_TOKEN/);
    await expect(at({ influxDatabase: 'none' })).rejects.toThrow(/database not found/);
    await expect(at({ influxField: ['warmth=T'] })).rejects.toThrow(/no sensor 'warmth'; it has heat/);
    await expect(at({ influxTag: ['x'] })).rejects.toThrow(/--influx-tag is NAME=VALUE/);
    await expect(rowsOf({ influx: influxd.url })).rejects.toThrow(/--influx-database/);
    await expect(at({ influx: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  });
});

describe('an InfluxDB 2', () => {
  const asked: { path: string; token: string | undefined; query: string }[] = [];
  let server: Server;
  let url = '';
  const answer = [
    ',result,table,_time,_measurement,heat,mode,on',
    ',_result,0,2023-11-14T22:13:20.5Z,press,21.5,AUTO,true',
    ',_result,0,2023-11-14T22:13:21Z,press,,"say ""x""",false',
  ].join('\r\n');
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const { query } = JSON.parse(body) as { query: string };
        asked.push({ path: request.url ?? '', token: request.headers.authorization, query });
        response.end(asked.length === 1 ? `${answer}\r\n\r\n` : '\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('is asked by Flux a day at a time, and its CSV is read', async () => {
    process.env.HARBINGER_INFLUX_TOKEN = 'a-token';
    const tag = `asset=a"$${'{b}'}`;
    const options = { influx: url, influxDatabase: 'plant', influxOrg: 'acme', influxTag: [tag] };
    const rows = await rowsOf(options);
    delete process.env.HARBINGER_INFLUX_TOKEN;
    expect(rows).toEqual([
      [1_700_000_000_500, 21.5, 'AUTO', 1],
      [1_700_000_001_000, null, 'say "x"', 0],
    ]);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ path: '/api/v2/query?org=acme', token: 'Token a-token' });
    expect(asked[0]!.query).toContain('from(bucket: "plant")');
    expect(asked[0]!.query).toContain(String.raw`r["asset"] == "a\"\${b}"`);
    expect(asked[0]!.query).toContain('r._field == "heat" or r._field == "mode" or r._field == "on"');
  });
});
