/** A command that only reads registries, such as `config check` and `--help`, loads no broker, database or model. */
import { describe, expect, it } from 'vitest';
import { packagesLoadedBy } from './imports.ts';
import { sources } from './tree.ts';

/** Small libraries that schemas and checks of configurations need. */
const light = ['@sinclair/typebox', 'ajv', 'commander', 'node-cron', 'smol-toml'];

const parts = sources.map(({ path }) => path).filter((path) => path.endsWith('/part.ts'));

const heavyOf = (path: string) => [...packagesLoadedBy(path)].filter((name) => !light.includes(name));

describe('light', () => {
  it('are all parts', () => {
    expect(parts.length).toBeGreaterThan(15);
    expect(parts.flatMap((path) => heavyOf(path).map((name) => `${path} → ${name}`))).toEqual([]);
  });

  it('are the composed configurations, and the list of commands', () => {
    for (const path of ['gateway/config.ts', 'cloud/config.ts', 'deploy/cli/program.ts']) {
      expect(heavyOf(path), path).toEqual([]);
    }
  });

  it.each([
    ['cloud/store/embedded/embedded-store.ts', '@duckdb/node-api'],
    ['gateway/sources/mqtt/broker.ts', 'aedes'],
    ['gateway/sources/serial/serial.ts', 'serialport'],
    ['shared/notifiers/email/email.ts', 'nodemailer'],
  ])('is not %s, which loads %s', (path, name) => {
    expect(heavyOf(path)).toContain(name);
  });
});
