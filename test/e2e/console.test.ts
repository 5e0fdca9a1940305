import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryOperations, createMemoryStore } from '../../cloud/api/memory-ports.testing.ts';
import { alertOf, decisionOf, machineOf, wearingSeries } from '../../cloud/api/plant-data.testing.ts';
import { startApi, stopAll, token } from '../../cloud/api/running-api.testing.ts';
import type { SeriesQuery } from '../../cloud/ports/store.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { chromium } from '../support/debian/clients.ts';
import { reasonToSkip } from '../support/needed.ts';
import { type Browser, openBrowser } from './browser.ts';

const binary = await chromium();
const noBrowser = reasonToSkip(binary);
const nastyName = '<img src=x onerror="document.title=1">';
const openedAt = '2026-01-01T00:00:00Z';
/** How long to wait for an element. A busy machine may need long; the wait stops as soon as the element is there. */
const elementWait = { timeout: 30_000 };

describe.skipIf(noBrowser !== null)('the page in a real browser (needs Chromium)', () => {
  const nowMs = systemClock.nowMs();
  const operations = createMemoryOperations();
  const complaints: string[] = [];
  /** A machine of an open type that has sent one reading. */
  const bench = { site: 'lab', machine: 'bench-1', machineType: 'generic' };
  const requested = new Set<string>();
  let folder: string;
  let browser: Browser;
  let page: Page;
  let base: string;
  let stopApi: () => Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'harbinger-e2e-'));
    await build({
      configFile: join(packageRoot, 'cloud', 'console', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: join(folder, 'page') },
    });
    operations.set({
      machines: [
        machineOf({ lastSeenMs: nowMs, remainingLife: { p10: 9, p50: 18, p90: 31, unit: 'cycles' } }),
        machineOf({ machine: 'pump-2', lastSeenMs: nowMs, remainingLife: null, source: 'rules' }),
        machineOf({ machine: 'pump-3', lastSeenMs: nowMs, condition: 'failed' }),
        machineOf({ machine: 'pump-4', lastSeenMs: nowMs }),
        machineOf({ ...bench, lastSeenMs: nowMs, health: null, remainingLife: null, source: null }),
      ],
      alerts: [alertOf({ prediction: { reasons: ['Vibration has risen steadily.', nastyName] } })],
    });
    operations.addDecision(decisionOf({ mode: 'fallback', fallbackCause: 'the model was too slow' }));
    const one = ({ measurement }: SeriesQuery) =>
      measurement === 'estimate' ? [] : [{ timeMs: nowMs, values: { temperature: 21.5, force: null } }];
    const maintained = { gateway: 'gw-1', site: 'leeds', machine: 'pump-4', windowId: 'w1', by: 'maria' };
    const span = {
      ...maintained,
      note: 'new bearing',
      fromMs: nowMs - 60_000,
      toMs: nowMs + 40 * 86_400_000,
    };
    const started = await startApi({
      operations,
      maintenance: {
        list: () => [span],
        of: ({ machine }) => (machine === span.machine ? span : null),
        isWhole: () => false,
      },
      store: createMemoryStore({
        series: (query) => (query.machine === bench.machine ? one(query) : wearingSeries(query, nowMs)),
      }),
      pageFolder: join(folder, 'page'),
    });
    base = started.base;
    stopApi = () => started.api.stop();
    browser = await openBrowser(binary);
    page = await browser.context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    browser.context.on('request', (request) => requested.add(new URL(request.url()).origin));
  });

  afterAll(async () => {
    await browser?.close();
    await stopAll();
    await rm(folder, { recursive: true, force: true });
  });

  const texts = (selector: string) => page.locator(selector).allInnerTexts();

  it('loads less than 150 kB of script before it shows anything', async () => {
    const html = await readFile(join(folder, 'page', 'index.html'), 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => path!);
    expect(scripts.length).toBeGreaterThan(0);
    const texts = await Promise.all(scripts.map((path) => readFile(join(folder, 'page', path))));
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeLessThan(150_000);
  });

  it('asks for the token, then shows the fleet by urgency', async () => {
    await page.goto(base);
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.row').first().waitFor(elementWait);
    expect(await texts('.row .row-name b')).toEqual(['pump-3', 'pump-1', 'pump-2', 'bench-1', 'pump-4']);
    expect((await texts('.row .badge')).map((text) => text.trim())).toEqual([
      ...['Failed', 'Critical', 'OK', 'Learning'],
      expect.stringMatching(/^Maintenance until \d+ \w+, \d\d:\d\d$/),
    ]);
    expect(await page.locator('.row').nth(4).textContent()).toMatch(
      /In maintenance until .* \(maria: new bearing\)/,
    );
    expect(await page.locator('.row').nth(1).textContent()).toMatch(/18 cycles\s+9–31/);
    expect(await page.locator('.row').nth(1).textContent()).toContain('Vibration has risen steadily.');
    expect(await page.locator('.row').nth(2).textContent()).toContain('not known');
  });

  it('shows a change without a reload', async () => {
    await page.evaluate("document.body.setAttribute('data-same-document', 'yes')");
    operations.set({
      machines: [machineOf({ machine: 'pump-2', lastSeenMs: nowMs, health: 0.31, source: 'rules' })],
      alerts: [alertOf({ alertId: 'alert-2', prediction: { machine: 'pump-2', severity: 'warning' } })],
    });
    await page.locator('.row-warning', { hasText: 'pump-2' }).getByText('31 %').waitFor(elementWait);
    expect(await page.locator('nav .count').textContent()).toBe('2');
    expect(await page.locator('body').getAttribute('data-same-document')).toBe('yes');
  });

  it('draws a machine’s sensors and remaining life', async () => {
    await page.locator('.row', { hasText: 'pump-1' }).locator('a').click();
    await page.locator('.chart-grid .chart').nth(5).waitFor(elementWait);
    expect(await texts('.chart-grid .chart-name')).toContain('vibration_rms');
    await page.locator('.life-chart canvas').waitFor(elementWait);
    const canvases = await page.locator('.chart canvas').all();
    expect(canvases.length).toBeGreaterThanOrEqual(6);
    for (const canvas of canvases) {
      const painted = await canvas.evaluate((element) => {
        const { width, height } = element as unknown as { width: number; height: number };
        const context = (element as unknown as CanvasLike).getContext('2d');
        return context.getImageData(0, 0, width, height).data.some((value) => value !== 0);
      });
      expect(painted).toBe(true);
    }
    expect(await page.locator('.machine-head').textContent()).toContain('18 cycles');
    await page.getByText('Fallback', { exact: true }).waitFor(elementWait);
  });

  it('draws a single reading as a point, and no chart of another machine’s sensors', async () => {
    await page.goto(`${base}/#/machines/lab/bench-1`);
    await page.locator('.machine-head', { hasText: 'bench-1' }).waitFor(elementWait);
    const canvas = page.locator('.chart-grid canvas');
    await canvas.waitFor(elementWait);
    expect(await texts('.chart-grid .chart-name')).toEqual(['temperature']);
    const painted = await canvas.evaluate((element) => {
      const { width, height } = element as unknown as { width: number; height: number };
      const context = (element as unknown as CanvasLike).getContext('2d');
      const { data } = context.getImageData(0, 0, width, height);
      let blue = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3]! > 200 && data[i + 2]! > data[i]! + 60) blue++;
      return blue;
    });
    expect(painted).toBeGreaterThan(8);
    await page.goto(`${base}/#/`);
  });

  it('shows alerts with their reasons as text, and what contributed', async () => {
    await page.getByRole('link', { name: /^Alerts/ }).click();
    await page.locator('.alert-critical .reasons').waitFor(elementWait);
    expect(await texts('.alert-critical .reasons li')).toEqual(['Vibration has risen steadily.', nastyName]);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await texts('.alert-critical .contribution-name')).toContain('vibration_rms');
    expect(await page.locator('.alert-critical .alert-foot').textContent()).toContain(
      'Model pump-life 1.2.0',
    );
    expect(await page.locator('.alert-critical .alert-action').textContent()).toMatch(
      /^What to do: Have it repaired or replaced/,
    );
    const picture = join(folder, 'alerts.png');
    await page.screenshot({ path: picture });
    expect((await stat(picture)).size).toBeGreaterThan(10_000);
  });

  it('closes an alert with what it turned out to be', async () => {
    await page.locator('.alert-critical [data-deed="close"]').click();
    const dialog = page.locator('.close-dialog');
    await dialog.locator('#work-by').fill('maria');
    await dialog.getByLabel('The warning was right').check();
    await dialog.locator('#work-cause').fill('dry bearing');
    await dialog.locator('#work-note').fill('bearing greased');
    const [request] = await Promise.all([
      page.waitForRequest((each) => each.url().endsWith('/api/alerts/close-many')),
      dialog.locator('.button-main').click(),
    ]);
    expect(request.postDataJSON()).toMatchObject({
      alerts: [{ alertId: 'alert-1', version: 0 }],
      ...{ by: 'maria', reason: 'bearing greased', outcome: 'confirmed', cause: 'dry bearing' },
    });
    await dialog.waitFor({ ...elementWait, state: 'detached' });
  });

  it('keeps a resolved alert open that a reader has opened, while other alerts change', async () => {
    const resolve = (alertId: string, machine: string) =>
      operations.set({
        alerts: [alertOf({ alertId, state: 'resolved', resolvedAt: openedAt, prediction: { machine } })],
      });
    resolve('alert-3', 'pump-3');
    await page.locator('.past', { hasText: 'pump-3' }).locator('summary').click();
    resolve('alert-4', 'pump-4');
    await page.getByRole('heading', { name: 'Resolved (2)' }).waitFor(elementWait);
    expect(await page.locator('.past', { hasText: 'pump-3' }).getAttribute('open')).toBe('');
  });

  it('has met no error and requested nothing from another host', () => {
    expect(complaints.filter((text) => !/401 \(Unauthorized\)/.test(text))).toEqual([]);
    expect([...requested]).toEqual([base]);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const [hash, content] of [
      ['#/', '.row'],
      ['#/machines/leeds/pump-1', '.chart canvas'],
      ['#/alerts', '.alert'],
      ['#/decisions', '.decisions li'],
    ]) {
      await page.goto(`${base}/${hash}`);
      await page.locator(`main ${content}`).first().waitFor(elementWait);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([hash, overflow]).toEqual([hash, 0]);
    }
  });

  it('says when the connection is lost', async () => {
    await stopApi();
    await page.locator('.notice-lost', { hasText: 'Connection lost' }).waitFor(elementWait);
    expect(await page.locator('.pill').textContent()).toBe('Not live');
  });
});

/** The part of a canvas that the test uses: it is compiled without the DOM's types. */
interface CanvasLike {
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}
