import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ProductProcess, startProduct } from './processes.ts';

/** Behaves like the product's servers: writes run.json once it listens, answers /readyz, stops on SIGTERM. */
const server = `
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
const option = (name) => process.argv[process.argv.indexOf(name) + 1];
console.log('plain words');
console.error(JSON.stringify({ msg: 'structured', command: process.argv[2] }));
if (process.env.FAIL) { console.error('cannot: disk on fire'); process.exit(3); }
const http = createServer((request, response) => {
  if (request.url === '/metrics') response.end('a_total{x="1"} 2\\na_total{x="2"} 3\\nab_total 9\\n');
  else response.end('{"ok":true}');
});
http.listen(Number(option('--http-port')), '127.0.0.1', () => writeFileSync(option('--data') + '/run.json',
  JSON.stringify({ pid: process.pid, mqttPort: 1, httpPort: http.address().port })));
process.on('SIGTERM', () => process.exit(0));
`;

let dataDir: string;
let product: ProductProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'processes-'));
  await writeFile(join(dataDir, 'server.mjs'), server);
});

afterEach(async () => {
  await product?.kill9();
  product = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

const options = () => ({ command: 'gateway', dataDir, entry: join(dataDir, 'server.mjs') });

it('starts a process, reads its ports, logs and metrics, and stops it', async () => {
  product = await startProduct(options());
  expect(await product.json('/any')).toEqual({ ok: true });
  expect(await product.metric('a_total')).toBe(5);
  expect(product.logs.map((line) => line.json?.msg ?? line.text).sort()).toEqual([
    'plain words',
    'structured',
  ]);
  expect(await product.stop()).toEqual({ code: 0, signal: null });
});

it('restarts on the same port after kill -9, and ignores the old run.json', async () => {
  product = await startProduct(options());
  const { httpUrl, pid } = product;
  await product.kill9();
  expect(await product.exited()).toEqual({ code: null, signal: 'SIGKILL' });
  await product.restart();
  expect(product.httpUrl).toBe(httpUrl);
  expect(product.pid).not.toBe(pid);
});

it('fails with the last output of a process that exits immediately', async () => {
  await expect(startProduct({ ...options(), env: { FAIL: '1' } })).rejects.toThrow('disk on fire');
});
