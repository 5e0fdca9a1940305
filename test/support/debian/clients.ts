/** Client programs for tests: Mosquitto's and Chromium. They are unpacked if they are not installed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DebianBinary, ensureDebianBinary, findOnPath } from './packages.ts';

export interface MosquittoClients {
  pub: { path: string; libraryPath?: string };
  sub: { path: string; libraryPath?: string };
}

/** Run the clients with `environmentOf(clients.pub)`. */
export async function mosquittoClients(): Promise<MosquittoClients | { unavailable: string }> {
  const want = (name: string) =>
    ensureDebianBinary({ packages: ['mosquitto-clients'], binary: `usr/bin/${name}` });
  const pub = await want('mosquitto_pub');
  const sub = await want('mosquitto_sub');
  if ('unavailable' in pub) return pub;
  if ('unavailable' in sub) return sub;
  return { pub, sub };
}

export type Chromium = DebianBinary | { path: string; libraryPath: string; fonts: string };

/** Chromium from the PATH, or unpacked: then with a folder of fonts if the system has none. */
export async function chromium(): Promise<Chromium> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = findOnPath(name);
    if (path) return { path };
  }
  const found = await ensureDebianBinary({ packages: ['chromium'], binary: 'usr/lib/chromium/chromium' });
  if ('unavailable' in found || found.libraryPath === undefined || existsSync('/etc/fonts/fonts.conf'))
    return found;
  const { path, libraryPath } = found;
  return { path, libraryPath, fonts: join(dirname(path), '..', '..', 'share', 'fonts') };
}
