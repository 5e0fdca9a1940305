import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gatewayNode } from './node-settings.ts';

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
