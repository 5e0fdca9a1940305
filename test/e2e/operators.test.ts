/** Two operators on the pages of a whole cloud: from an alert that is raised to its outcome, and what one sees of the other. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertOf } from '../../cloud/api/plant-data.testing.ts';
import { get } from '../../cloud/api/running-api.testing.ts';
import { type RunningCloud, startCloud } from '../../cloud/cloud.ts';
import { CloudConfig } from '../../cloud/config.ts';
import { readConfig } from '../../shared/config/load-config.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { chromium } from '../support/debian/clients.ts';
import { reasonToSkip } from '../support/needed.ts';
import { type Browser, openBrowser } from './browser.ts';

const binary = await chromium();
const wait = { timeout: 60_000 };
const views = [
  '',
  'machines/leeds/pump-1',
  'alerts',
  'gateways',
  'inbox',
  'models',
  'settings',
  'audit',
  'decisions',
];

describe.skipIf(reasonToSkip(binary) !== null)('two operators (needs Chromium)', () => {
  let dataDir: string;
  let cloud: RunningCloud;
  let browser: Browser;
  let anna: Page;
  let ben: Page;
  let base: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'harbinger-operators-'));
    const overrides = { ingest: { port: 0 }, api: { port: 0, openOnLoopback: true } };
    const { config } = readConfig(CloudConfig, { overrides });
    cloud = await startCloud(config!, { dataDir, log: silentLog });
    base = `http://127.0.0.1:${cloud.httpPort}`;
    browser = await openBrowser(binary);
    [anna, ben] = [await browser.context.newPage(), await browser.context.newPage()];
    for (const page of [anna, ben]) await page.goto(`${base}/#/alerts`);
  });

  afterAll(async () => {
    await browser?.close();
    await cloud?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function ask(page: Page, deed: string, name: string): Promise<void> {
    await page.locator(`.alert-critical [data-deed="${deed}"]`).click();
    await page.locator('#work-by').fill(name);
  }

  it('see an alert when it is raised, and what the other one does about it', async () => {
    const { prediction } = alertOf({});
    await cloud.operations.events.apply('gw-1', [
      {
        ...{ specversion: '1.0', id: 'e1', source: '/gateways/gw-1', subject: 'leeds/pump-1' },
        ...{ type: 'io.harbinger.prediction.opened.v1', datacontenttype: 'application/json' },
        ...{ time: new Date().toISOString(), data: prediction },
      },
    ]);
    await ben.locator('.alert-critical').waitFor(wait);
    await anna.locator('.alert-critical').waitFor(wait);
    // Ben begins first, and Anna is faster.
    await ask(ben, 'assign', 'ben');
    await ben.locator('#work-to').fill('ben');
    await ask(anna, 'acknowledge', 'anna');
    await anna.locator('.close-dialog .button-main').click();
    await ben
      .locator('.alert-critical', { hasText: 'acknowledged by anna' })
      .waitFor({ ...wait, state: 'attached' });
  });

  it('do not overwrite each other: the second one is shown what happened, and decides', async () => {
    await ben.locator('.close-dialog .button-main').click();
    await ben.locator('.conflict', { hasText: 'anna' }).waitFor(wait);
    await ben.locator('.close-dialog .button-main', { hasText: 'Do it anyway' }).click();
    await anna.locator('.alert-critical', { hasText: 'ben looks after it' }).waitFor(wait);
  });

  it('close it with what it turned out to be, which is recorded', async () => {
    await ask(ben, 'close', 'ben');
    await ben.getByLabel('The warning was right').check();
    await ben.locator('#work-cause').fill('dry bearing');
    await ben.locator('#work-note').fill('greased');
    await ben.locator('.close-dialog .button-main').click();
    await anna.getByText('No open alert').waitFor(wait);
    await anna.getByRole('heading', { name: 'Resolved (1)' }).waitFor(wait);
    const { body } = await get(`${base}/api/outcomes`, {});
    expect(body).toMatchObject({
      outcomes: [{ verdict: 'confirmed', history: [{ by: 'ben', cause: 'dry bearing' }] }],
    });
    await anna.goto(`${base}/#/audit`);
    await anna.getByText('alerts.close').first().waitFor(wait);
  });

  it('find no barrier in any view: axe reports nothing', async () => {
    const axe = await readFile(join(packageRoot, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
    await anna.evaluate(axe);
    for (const view of views) {
      await anna.goto(`${base}/#/${view}`);
      await anna.locator('main h1').waitFor({ ...wait, state: 'attached' });
      await expect.poll(() => anna.locator('main').textContent()).not.toMatch(/Loading/);
      const found = await anna.evaluate(
        "window.axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
      );
      expect([view, found]).toEqual([view, []]);
    }
  });
});
