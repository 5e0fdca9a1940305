import { isIP } from 'node:net';

/** True if a host name or address can only mean this computer: `localhost`, `::1`, 127.*, and 127.* written as IPv6. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '::1') return true;
  const v4 = name.startsWith('::ffff:') ? name.slice(7) : name;
  return isIP(v4) === 4 && v4.startsWith('127.');
}

/** Returns the host of a URL, a Host header or `host:port`, without the port and the brackets of an IPv6 address. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
