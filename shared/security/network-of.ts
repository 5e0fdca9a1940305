import { isIPv6 } from 'node:net';

/**
 * Returns what counts as one source of connections and attempts: an IPv4 address, also where it is written as an IPv6
 * one, or the network (/64) of an IPv6 address, because its holder controls all of it. Anything else is returned as it is.
 */
export function networkOf(address: string): string {
  // This is asked for each connection, and isIPv6 is slow to refuse an IPv4 address.
  if (!address.includes(':')) return address;
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (mapped) return mapped[1]!;
  if (!isIPv6(plain)) return address;
  const [front = '', back] = plain.split('::');
  const groups = front === '' ? [] : front.split(':');
  const behind = back === undefined || back === '' ? [] : back.split(':');
  const zeros = back === undefined ? 0 : 8 - groups.length - behind.length;
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...behind];
  return `${all.slice(0, 4).join(':')}::/64`;
}
