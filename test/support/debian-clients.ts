/** Client programs for tests: Mosquitto's (unpacked where need be) and Chromium (only where installed). */
import { type DebianBinary, ensureDebianBinary, findOnPath } from './debian-packages.ts';

export interface MosquittoClients {
  pub: { path: string; libraryPath?: string };
  sub: { path: string; libraryPath?: string };
}

/** Run them with `environmentOf(clients.pub)`. */
export async function mosquittoClients(): Promise<MosquittoClients | { unavailable: string }> {
  const want = (name: string) =>
    ensureDebianBinary({ packages: ['mosquitto-clients'], binary: `usr/bin/${name}` });
  const pub = await want('mosquitto_pub');
  const sub = await want('mosquitto_sub');
  if ('unavailable' in pub) return pub;
  if ('unavailable' in sub) return sub;
  return { pub, sub };
}

/** Chromium depends on too much to be unpacked beside the system: it is used where it is installed. */
export function chromiumPath(): DebianBinary {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = findOnPath(name);
    if (path) return { path };
  }
  return { unavailable: 'no Chromium on the PATH (on Debian: apt-get install chromium)' };
}
