import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gatewayNode, nodeProblem } from './node-settings.ts';

test('the service starts Node as the demonstration and the measurements do', () => {
  const service = readFileSync(new URL('systemd/harbinger-gateway.service', import.meta.url), 'utf8');
  expect(service).toContain(`\nExecStart=/usr/bin/env node ${gatewayNode.args.join(' ')} /opt/harbinger/`);
  for (const [name, value] of Object.entries(gatewayNode.env)) {
    expect(service).toContain(`\nEnvironment=${name}=${value}\n`);
  }
});

test('both services find the Node that a site put before the one of Debian', () => {
  for (const side of ['gateway', 'cloud']) {
    const service = readFileSync(new URL(`systemd/harbinger-${side}.service`, import.meta.url), 'utf8');
    expect(service).toContain('\nEnvironment=PATH=/usr/local/bin:/usr/bin:/bin\n');
    expect(service).toContain('\nExecStart=/usr/bin/env node ');
  }
});

test('versions of Node that are too old are named, with what is needed', () => {
  for (const version of ['18.20.8', '20.18.3', '19.9.0']) {
    expect(nodeProblem(version)).toBe(
      `this is Node ${version}, and Node 20.19 or newer is needed (22 and 24 too); README.md says under "A Node that fits" how to get one`,
    );
  }
  for (const version of ['20.19.0', '22.12.0', '24.0.0', process.versions.node]) {
    expect(nodeProblem(version)).toBeNull();
  }
});
