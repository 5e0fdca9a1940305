import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { makeCertificate, noOpenssl } from '../../test/support/openssl.ts';

const scripts = join(packageRoot, 'deploy/image/files/usr/lib/harbinger-image');
let dir: string;
/** No gateway listens there. */
let port = 1;

/** Stands in for a program of the image, and notes how it is called. */
function standIn(name: string, then = 'exit 0') {
  writeFileSync(join(dir, 'bin', name), `#!/bin/sh\necho "${name} $*" >>${join(dir, 'calls')}\n${then}\n`, {
    mode: 0o755,
  });
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-update-'));
  mkdirSync(join(dir, 'bin'));
  standIn('systemctl');
});
afterEach(() => rmSync(dir, { recursive: true }));

function run(script: string, ...args: string[]) {
  const { status, stdout } = spawnSync('bash', [join(scripts, script), ...args], {
    encoding: 'utf8',
    env: {
      PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
      HARBINGER_BOX: dir,
      HARBINGER_RETRY_SECONDS: '0',
      HARBINGER_LOOK_SECONDS: '0',
      HARBINGER_PORT: String(port),
      HARBINGER_WANTED: join(dir, 'wanted'),
    },
  });
  const read = (name: string) => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8') : '');
  return { status, stdout, calls: read('calls'), outcome: read('update').trim().split('\n') };
}

it('a bundle is installed, said to be tried, and started; a second time it is left alone', () => {
  standIn('rauc');
  const first = run('update', '/stick/a.raucb', 'stick 1');
  expect(first).toMatchObject({ status: 0, calls: 'rauc install /stick/a.raucb\nsystemctl reboot\n' });
  expect(first.outcome.slice(0, 2)).toEqual(['stick 1', 'installed']);
  const second = run('update', '/stick/a.raucb', 'stick 1');
  expect(second).toMatchObject({ status: 0, calls: first.calls });
  expect(second.stdout).toContain('was tried before');
});

it('a bundle that is refused is said to be, with the reason, and nothing is started', () => {
  standIn('rauc', 'echo "LastError: signature verification failed"; echo "Installing b failed" >&2; exit 1');
  const { status, calls, outcome } = run('update', '/stick/b.raucb', 'stick 2');
  expect(status).toBe(1);
  expect(calls).toBe('rauc install /stick/b.raucb\n');
  expect(outcome).toEqual(['stick 2', 'refused', 'signature verification failed']);
});

it('a server that is away is asked again, three times', () => {
  standIn('rauc', 'echo "no route" >&2; exit 1');
  const source = 'https://updates.example.org/b.raucb';
  expect(run('update', source, 'air').calls).toBe(`rauc install ${source}\n`.repeat(3));
  expect(run('update', source, 'air').outcome).toEqual(['air', 'refused', 'no route']);
});

it('a bundle whose installation was cut off is tried again', () => {
  writeFileSync(join(dir, 'tried'), 'stick 3\n');
  standIn('rauc');
  expect(run('update', '/stick/c.raucb', 'stick 3').calls).toContain('rauc install');
});

describe('what works', () => {
  const status = {
    formats: {},
    pipeline: { messages: 3, readings: 2 },
    uplink: { connected: true, lines: {} },
  };
  let counted: number[];
  let server: Server;

  const answer: RequestListener = (_, response) => {
    const pipeline = { ...status.pipeline, readings: counted.length > 1 ? counted.shift() : counted[0] };
    response.end(JSON.stringify({ ...status, pipeline, intelligence: { model: { state: 'ready' } } }));
  };
  const listen = async (made: Server) => {
    server = made;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  };
  beforeEach(() => listen(createServer(answer)));
  afterEach(() => {
    port = 1;
    server.close();
  });

  const works = (...args: string[]) =>
    new Promise<string>((resolve) => {
      const env = { ...process.env, HARBINGER_PORT: String(port) };
      execFile('bash', [join(scripts, 'works'), ...args], { env }, (_, stdout) => resolve(stdout));
    });

  it('follows from the status of the gateway, a word each', async () => {
    counted = [2];
    expect(await works()).toBe('readings\nuplink\nmodel\n');
    counted = [0];
    expect(await works()).toBe('uplink\nmodel\n');
  });

  it('has readings before an update only where they come at this time', async () => {
    counted = [2, 2];
    expect(await works('0')).toBe('uplink\nmodel\n');
    counted = [2, 3];
    expect(await works('0')).toBe('readings\nuplink\nmodel\n');
  });

  it.skipIf(noOpenssl !== null)(
    'is asked by HTTPS where the gateway speaks that (needs openssl)',
    async () => {
      server.close();
      const [certFile, keyFile] = [join(dir, 'gateway.crt'), join(dir, 'gateway.key')];
      makeCertificate(certFile, keyFile, '-subj', '/CN=gateway');
      await listen(createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, answer));
      counted = [2];
      expect(await works()).toBe('readings\nuplink\nmodel\n');
    },
  );

  it('is nothing where no gateway answers', async () => {
    port = 1;
    expect(await works()).toBe('');
  });
});

it('the wish of a gateway is an address, and nothing else is done for it', () => {
  standIn('rauc');
  const source = 'https://updates.example.org/b.raucb';
  for (const wish of ['', 'x', `0.2.0 ${source}\n/etc/shadow\n`, `0.2.0 $(reboot)\n${source}\n`]) {
    writeFileSync(join(dir, 'wanted'), wish);
    expect([wish, run('wanted').calls]).toEqual([wish, '']);
  }
  writeFileSync(join(dir, 'wanted'), `0.2.0 ${source}\n${source}\n`);
  expect(run('wanted').calls).toContain(`rauc install ${source}\n`);
});
