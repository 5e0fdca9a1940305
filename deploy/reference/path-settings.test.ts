/** Every setting that is a path means what it meant in 0.1.0: it is used as it is written, wherever the file is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'smol-toml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../shared/config/load-config.ts';
import { configDocuments } from './config-documents.ts';
import { configReference } from './config-reference.ts';
import { tablesOf } from './settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-paths-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The examples of a reference, which name every setting, each with its paths replaced by relative ones. */
const examples = configDocuments.flatMap(({ head, schema, filled }) => {
  const settings = tablesOf(schema).flatMap((table) => table.settings);
  const paths = new Set(settings.filter((setting) => setting.schema.isPath).map(({ name }) => name));
  const text = configReference(head, schema, filled);
  return [...text.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].flatMap(([, example]) => {
    const places: string[] = [];
    const table = relative(parse(example!.replaceAll(/\$\{\w+\}/g, 'given')), paths, '', places);
    return places.length === 0 ? [] : [{ schema, table, places }];
  });
});

function relative(value: unknown, paths: ReadonlySet<string>, place: string, places: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, i) => relative(item, paths, `${place}[${i}]`, places));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const inner = place === '' ? name : `${place}.${name}`;
    if (!paths.has(name) || typeof item !== 'string' || !item.startsWith('/'))
      return [name, relative(item, paths, inner, places)];
    places.push(inner);
    return [name, `some/folder/${name}`];
  });
  return Object.fromEntries(entries);
}

it('the examples have every path', () => {
  expect(examples.flatMap(({ places }) => places).sort()).toEqual([
    'alerts.email[0].caFile',
    'alerts.email[0].caFile',
    'alerts.mqtt[0].caFile',
    'alerts.mqtt[0].caFile',
    'api.tls.certFile',
    'api.tls.keyFile',
    'broker.listeners[0].tls.certFile',
    'broker.listeners[0].tls.clientCaFile',
    'broker.listeners[0].tls.keyFile',
    'broker.tls.certFile',
    'broker.tls.clientCaFile',
    'broker.tls.keyFile',
    'dataDir',
    'dataDir',
    'heartbeat.mqtt.caFile',
    'heartbeat.mqtt.caFile',
    'http.tls.certFile',
    'http.tls.keyFile',
    'ingest.tls.certFile',
    'ingest.tls.clientCaFile',
    'ingest.tls.keyFile',
    'intelligence.artefactsDir',
    'machineTypesDir',
    'machineTypesDir',
    'mappingsDir',
    'modbus.lines[0].path',
    'models.keys[0].publicKeyFile',
    'mqtt-client.brokers[0].caFile',
    'mqtt-client.brokers[0].certFile',
    'mqtt-client.brokers[0].keyFile',
    'serial.ports[0].path',
    'sparkplug.hosts[0].caFile',
    'sparkplug.hosts[0].certFile',
    'sparkplug.hosts[0].keyFile',
    'store.path',
    'uplink.caFile',
    'uplink.certFile',
    'uplink.keyFile',
  ]);
});

it.each(examples)('$places is read as it is written', ({ schema, table }) => {
  const file = join(folder, 'a.toml');
  writeFileSync(file, stringify(table as Record<string, unknown>));
  const read = readConfig(schema as never, { file, defaults: { dataDir: 'data' } });
  expect(read.problems).toEqual([]);
  expect(read.warnings).toEqual([]);
  expect(read.config).toMatchObject(table as object);
});
