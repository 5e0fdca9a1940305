import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import type { Chromium } from '../support/debian/clients.ts';
import { environmentOf } from '../support/debian/packages.ts';

export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** Opens a browser with a profile of its own, which contacts no host by itself. */
export async function openBrowser(binary: Chromium): Promise<Browser> {
  if ('unavailable' in binary) throw new Error(binary.unavailable);
  const profile = await mkdtemp(join(tmpdir(), 'harbinger-browser-'));
  const environment = environmentOf(binary);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: binary.path,
    env:
      'fonts' in binary
        ? { ...environment, FONTCONFIG_FILE: await fontsFile(profile, binary.fonts) }
        : environment,
    headless: true,
    viewport: { width: 1366, height: 900 },
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Writes a fonts configuration, without which Chromium finds no fonts and shows no text. */
async function fontsFile(folder: string, fonts: string): Promise<string> {
  const path = join(folder, 'fonts.conf');
  const content = `<dir>${fonts}</dir><cachedir>${join(folder, 'fonts')}</cachedir>`;
  await writeFile(path, `<?xml version="1.0"?><fontconfig>${content}</fontconfig>\n`);
  return path;
}
