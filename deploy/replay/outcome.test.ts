import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProductProcess } from '../../test/support/processes.ts';
import { runInside } from '../cli/run-command.testing.ts';
import { gatewayCounts, outcomeLines, outcomeSince } from './outcome.ts';

describe('the outcome of a replay', () => {
  const status = (messages: number, resends = 0, deadLetters = 0) => ({
    pipeline: { messages, deadLetters },
    placement: { resends, timesOutOfBounds: 0 },
  });
  const sent = { clientId: 'replay-1', acked: 10, resent: 0 };

  it('leaves out what the replay itself sent again, and the dead letters of others', async () => {
    const letter = (client: string) => ({ client, reason: `of ${client}` });
    const pages: Record<string, unknown> = {
      '/api/status': status(130, 8, 3),
      '/api/deadletters?limit=2': { items: [letter('other'), letter('replay-1')], nextBeforeId: 7 },
    };
    const ask = async (path: string) => pages[path];
    expect(await outcomeSince(status(100, 0, 1), ask, { ...sent, resent: 3 })).toEqual({
      known: 5,
      deadLetters: 1,
      reason: 'of replay-1',
      timesReplaced: 0,
    });
  });

  it('is unknown where the gateway does not answer, or was started again', async () => {
    const fails = () => Promise.reject(new Error('no answer'));
    expect(await gatewayCounts(fails)).toBeNull();
    expect(await outcomeSince(status(100), fails, sent)).toBeNull();
    expect(await outcomeSince(status(100), async () => status(105), sent)).toBeNull();
  });

  it('without losses prints nothing', () => {
    expect(outcomeLines({ known: 0, deadLetters: 0, reason: null, timesReplaced: 0 }, 10)).toEqual([]);
  });
});

describe('the command against a real gateway', () => {
  let dir = '';
  let gateway: ProductProcess;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'harbinger-outcome-'));
    const configFile = join(dir, 'gateway.toml');
    writeFileSync(
      configFile,
      'broker = { anonymous = "loopback" }\nhttp = { openOnLoopback = true }\n' +
        'uplink = { url = "mqtt://127.0.0.1:1" }\nmachines = [{ match = "hall/*", type = "generic" }]\n',
    );
    writeFileSync(join(dir, 'rows.csv'), 't_ms,x\n1000000000000,1\n1000000001000,2\n1000000002000,3\n');
    gateway = new ProductProcess({ command: 'gateway', dataDir: join(dir, 'gateway'), configFile });
    await gateway.start();
  }, 120_000);
  afterAll(async () => {
    await gateway.stop();
    rmSync(dir, { recursive: true });
  });

  async function replay(...more: string[]) {
    const file = ['replay', join(dir, 'rows.csv'), '--type', 'generic', '--time-column', 't_ms'];
    const where = ['--speed', 'max', '--mqtt-url', gateway.mqttUrl, '--data', dir];
    const { status, stdout } = await runInside([...file, '--machine', 'm1', ...where, ...more]);
    return { status, stdout };
  }

  it('says which rows were stored before, and how they can be stored again', async () => {
    expect(await replay('--site', 'hall')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^3 rows read, 3 sent as 1 machine.* 3 acknowledged\n$/),
    });
    const second = await replay('--site', 'hall');
    expect(second.status).toBe(0);
    expect(second.stdout).toMatch(/\nall of them were stored before, so nothing new was stored\n/);
    for (const option of ['--again', '--machine', '--timestamps original'])
      expect(second.stdout).toContain(option);
    for (const another of [['--again'], ['--machine', 'm2']])
      expect((await replay('--site', 'hall', ...another)).stdout).not.toContain('stored before');
    expect(JSON.parse((await replay('--site', 'hall', '--json')).stdout)).toMatchObject({
      acked: 3,
      outcome: { known: 3, deadLetters: 0, timesReplaced: 0 },
    });
  }, 300_000);

  it('says which rows became dead letters, why, and ends with exit code 1', async () => {
    const { status, stdout } = await replay('--site', 'nowhere');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /3 acknowledged\n3 of them became dead letters, not readings: no rule says what type/,
    );
    expect(stdout).toContain('harbinger deadletters list');
  }, 300_000);

  it('says which recorded times were not accepted', async () => {
    const { status, stdout } = await replay(
      '--site',
      'hall',
      '--timestamps',
      'original',
      '--behind-days',
      '100000',
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining('3 recorded times are too far from')]);
  }, 300_000);
});
