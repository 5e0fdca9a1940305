import { isIP } from 'node:net';
import { HarbingerError } from '../../../shared/runtime/errors.ts';

export interface Made {
  certificate: string;
  key: string;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/** A certificate of a server, by the names and addresses it is called by, or of a client, by its common name. */
export interface LeafRequest {
  name: string;
  hosts: readonly string[];
  use: 'server' | 'client';
}

/** The file names of the authority. */
export const authorityName = 'ca';

/** Every server may be called from the computer that it runs on. */
const ownHosts = ['localhost', '127.0.0.1', '::1'];
const hostsMax = 100;
const hostPattern =
  /^(?=.{1,253}$)(\*\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws HarbingerError USAGE */
export function leafRequest(name: string, hosts: readonly string[], isClient: boolean): LeafRequest {
  checkName(name);
  if (isClient) {
    if (hosts.length > 0) throw usage('a client has no --host: servers know it by its name');
    return { name, hosts: [], use: 'client' };
  }
  for (const host of hosts)
    if (!isHost(host)) throw usage(`--host ${host}: a host name or an IP address is needed`);
  if (hosts.length > hostsMax) throw usage(`a certificate has at most ${hostsMax} names`);
  if (hosts.length === 0 && !hostPattern.test(name))
    throw usage(`${name} is not a host name: say by which the server is called, --host NAME`);
  const called = hosts.length === 0 ? [name] : hosts;
  return { name, hosts: [...new Set([...called, ...ownHosts])], use: 'server' };
}

/** The names of files are those of certificates. @throws HarbingerError USAGE */
export function checkName(name: string): void {
  if (!namePattern.test(name) || name.toLowerCase() === authorityName)
    throw usage(`${name}: a name is 1 to 64 letters, digits and ._-, and not ${authorityName}`);
}

const isHost = (host: string) => isIP(host) !== 0 || (hostPattern.test(host) && !/^[\d.]+$/.test(host));

const usage = (problem: string) => new HarbingerError('USAGE', 'cli', problem);
