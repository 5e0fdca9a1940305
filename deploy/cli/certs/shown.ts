/** Describes certificates for people and programs. */
import type { X509Certificate } from 'node:crypto';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { printable, printList } from '../output.ts';
import { shownTime, timeInLine, zoned } from '../shown-times.ts';
import type { LeafRequest } from './requests.ts';

export interface Described {
  file: string;
  use: 'authority' | 'server' | 'client' | 'other';
  subject: string;
  hosts: string[];
  issuer: string;
  fromMs: number;
  untilMs: number;
  /** Negative where it has expired. */
  daysLeft: number;
  /** SHA-256, as `harbinger devices add --certificate` takes it. */
  fingerprint: string;
}

const usages = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

export function describe(file: string, certificate: X509Certificate, nowMs: number): Described {
  const untilMs = Date.parse(certificate.validTo);
  return {
    file,
    use: useOf(certificate),
    subject: nameOf(certificate.subject),
    hosts: hostsOf(certificate),
    issuer: nameOf(certificate.issuer),
    fromMs: Date.parse(certificate.validFrom),
    untilMs,
    daysLeft: Math.floor((untilMs - nowMs) / 86_400_000),
    fingerprint: certificate.fingerprint256,
  };
}

export function printDescribed(certificates: readonly Described[]): void {
  printList([
    ['file', 'for', 'name', 'called by', 'issued by', zoned('until'), 'days left'],
    ...certificates.map(({ file, use, subject, hosts, issuer, untilMs, daysLeft }) => [
      printable(file, 100),
      use,
      printable(subject, 64),
      printable(hosts.join(' '), 120),
      printable(issuer, 64),
      shownTime(untilMs),
      daysLeft < 0 ? 'expired' : String(daysLeft),
    ]),
  ]);
}

/** Says what was made, and what belongs where. */
export function tellMade(
  { use, subject, hosts, untilMs }: Described,
  files: { certFile: string; keyFile: string },
): void {
  const until = `until ${timeInLine(untilMs)}`;
  const lines = {
    authority: [
      `The authority ${subject} may sign ${until}.`,
      `  ${files.certFile}  copy it to all who check certificates: caFile and clientCaFile of configurations, devices, browsers`,
      `  ${files.keyFile}  signs: keep it here, and a copy in a safe`,
    ],
    server: [
      `A certificate for the server ${subject}, called by ${hosts.join(', ')}, ${until}.`,
      `  ${files.certFile}  its certFile`,
      `  ${files.keyFile}  its keyFile`,
    ],
    client: [
      `A certificate for the client ${subject} ${until}.`,
      `  ${files.certFile}  what it shows; a gateway lets it in after: harbinger devices add ${subject} --certificate CN=${subject}`,
      `  ${files.keyFile}  its key`,
    ],
    other: [`${files.certFile} is valid ${until}.`],
  }[use];
  process.stdout.write(`${lines.map((line) => printable(line, 400)).join('\n')}\n`);
}

/** Takes from a certificate what its renewal says again. @throws HarbingerError CERTS_UNREADABLE */
export function requestIn(name: string, certificate: X509Certificate): LeafRequest {
  const use = useOf(certificate);
  if (use === 'server' || use === 'client')
    return { name: nameOf(certificate.subject), hosts: hostsOf(certificate), use };
  const problem = `${name} is neither of a server nor of a client, and cannot be renewed here`;
  throw new HarbingerError('CERTS_UNREADABLE', 'cli', problem);
}

function useOf(certificate: X509Certificate): Described['use'] {
  if (certificate.ca) return 'authority';
  const keyUsage = certificate.keyUsage ?? [];
  if (keyUsage.includes(usages.server)) return 'server';
  return keyUsage.includes(usages.client) ? 'client' : 'other';
}

/** The common name of a subject, or all of it. */
const nameOf = (subject: string) => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');

function hostsOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .map((each) => /^(?:DNS|IP Address):(.+)$/.exec(each)?.[1])
    .filter((host) => host !== undefined);
}
