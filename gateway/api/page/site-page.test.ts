import { afterEach, describe, expect, it } from 'vitest';
import { condition } from '../../../shared/notifiers/condition.testing.ts';
import type { OpenAlert } from '../../ports/decision.ts';
import type { MaintenanceWindow } from '../../ports/maintenance/maintenance.ts';
import { startHttp, stopAll } from '../running-http.testing.ts';
import type { SiteFacts, SitePageDeps } from './facts.ts';
import { sitePage } from './site-page.ts';
import { siteLanguage } from './words.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const english = siteLanguage('en');

const alert = (machine: string, severity: OpenAlert['severity']): OpenAlert =>
  ({
    ...{
      predictionId: machine,
      site: 'hall',
      machine,
      machineType: 'fan',
      failureMode: 'bearing-wear',
      severity,
    },
    ...{
      openedAtMs: nowMs - 60_000,
      assessment: { remainingLife: { p10: 1, p50: 52.4, p90: 99, unit: 'h' } },
    },
  }) as unknown as OpenAlert;

function deps(
  site: Partial<SiteFacts> = {},
  machines: readonly string[] = ['fan-1', 'fan-2', 'fan-3'],
): SitePageDeps {
  const known = (machine: string) => ({
    site: 'hall',
    machine,
    machineType: 'fan',
    sender: '',
    sensors: [],
    timeToLimit: [],
  });
  const window = {
    id: 'w',
    site: 'hall',
    machine: 'fan-3',
    fromMs: nowMs - 1,
    toMs: nowMs + 3_600_000,
    by: 'maria',
  };
  const data = {
    uplink: { connected: false, lastError: 'no route to host' },
    backlog: { events: { blocks: 1 }, readings: { blocks: 41 } },
    journals: [{ bytes: 2_500_000, bytesMax: 1e9 }],
  };
  return {
    site: {
      ...{ gateway: 'gw-1', openAlerts: () => [], openConditions: () => [] },
      ...{ data: () => data, diskFreeBytes: () => 48e9 },
      ...site,
    },
    machines: { list: async () => machines.map(known) },
    maintenance: { list: () => [window as MaintenanceWindow] },
    onboarding: { waiting: async () => ({ machines: [], notListed: 0 }) },
  };
}

describe('the page of the site', () => {
  it('has the machines with what is open, the worst first, and maintenance', async () => {
    const openAlerts = () => [alert('fan-2', 'warning'), alert('saw-9', 'critical')];
    const page = await sitePage(deps({ openAlerts }), english, nowMs);
    expect(
      [...page.matchAll(/<li class="(\w+)"><div class="row"><b>([\w-]+)</g)].map(([, ...found]) => found),
    ).toEqual([
      ...[
        ['critical', 'saw-9'],
        ['warning', 'fan-2'],
        ['maintenance', 'fan-3'],
        ['none', 'fan-1'],
      ],
    ]);
    expect(page).toContain('bearing wear · 52 h left · since');
    expect(page).toMatch(/Maintenance until \d\d:\d\d \(maria\)/);
  });

  it('says since when an alert has been so, which may be long before it was opened', async () => {
    const sinceMs = nowMs - 20 * 60_000;
    const pageOf = (more: Partial<OpenAlert>) =>
      sitePage(deps({ openAlerts: () => [{ ...alert('fan-1', 'warning'), ...more }] }), english, nowMs);
    expect(await pageOf({ sinceMs })).toBe(await pageOf({ openedAtMs: sinceMs }));
    expect(await pageOf({ sinceMs })).not.toBe(await pageOf({}));
  });

  it('has the line to the cloud, what waits for it, the disk, and what is wrong', async () => {
    const page = await sitePage(deps({ openConditions: () => [condition] }), english, nowMs);
    for (const text of [
      'not connected',
      'no route to host',
      '42 blocks',
      'journal 2.5 MB of 1.0 GB',
      '48 GB free',
    ])
      expect(page).toContain(text);
    expect(page).toContain(condition.reasons[0]);
    expect(await sitePage(deps({ data: () => null }), english, nowMs)).toContain(
      'nothing is being acknowledged',
    );
  });

  it('says what is missing, and is bounded', async () => {
    const empty = await sitePage(deps({}, []), english, nowMs);
    expect(empty).toContain('No machine has sent anything yet.');
    const many = Array.from({ length: 501 }, (_, i) => `fan-${i}`);
    expect(await sitePage(deps({}, many), english, nowMs)).toContain('and 1 more');
  });

  it('takes names and reasons as text, whatever they contain', async () => {
    const nasty = '<img src=x onerror="alert(1)">';
    const page = await sitePage(deps({ gateway: nasty }, [nasty]), english, nowMs);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;');
  });

  it('is in the language of the reader', async () => {
    expect(siteLanguage('de-DE,de;q=0.9,en;q=0.5').lang).toBe('de');
    expect(siteLanguage('fr, en').lang).toBe('en');
    expect(await sitePage(deps(), siteLanguage('de'), nowMs)).toContain('nicht verbunden');
  });
});

describe('access to it', () => {
  const token = 'a-token-of-enough-length';
  afterEach(stopAll);
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`,
  });

  it('is by the password that a browser asks for, which is the token; no other route takes it', async () => {
    const { port } = await startHttp({ token });
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers });
    const refused = await get('/');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Basic realm/),
    ]);
    expect((await get('/', basic('wrong-but-long-enough'))).status).toBe(401);
    const page = await get('/', basic(token));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('saw-1');
    expect((await get('/api/status', basic(token))).status).toBe(401);
  });

  it('needs none on this computer, where the configuration says so', async () => {
    const { port } = await startHttp();
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('2 blocks');
  });
});
