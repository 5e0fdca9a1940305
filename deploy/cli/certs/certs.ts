/**
 * `harbinger certs` (deploy/cli/certs): the private authority of a site, and the certificates that it issues to servers and clients.
 * folder.ts keeps the files, authority.ts makes certificates, shown.ts describes them. Servers read certificates elsewhere
 * (shared/security).
 */
import { X509Certificate } from 'node:crypto';
import type { Command } from 'commander';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { duration } from '../options.ts';
import { printJson } from '../output.ts';
import {
  filesOf,
  namesIn,
  readCertificate,
  readPair,
  refuseExisting,
  replaceCertificate,
  writePair,
} from './folder.ts';
import { authorityName, leafRequest, type Span } from './requests.ts';
import { type Described, describe, printDescribed, requestIn, tellMade } from './shown.ts';

const dayMs = 86_400_000;
/** Programs of Apple accept no server that is certified for longer. */
const leafMsDefault = 825 * dayMs;
const authorityMsDefault = 3_653 * dayMs;
/** Certificates count from yesterday, as clocks of devices may be behind. */
const behindMs = dayMs;

interface DirOptions {
  dir: string;
  json?: boolean;
}

type IssueOptions = DirOptions & { host?: string[]; client?: boolean; for?: number };

export function addCerts(program: Command): void {
  const group = program
    .command('certs')
    .description(
      'the private authority of a site, and certificates of its servers and clients: init, issue, show, renew',
    )
    .addHelpText(
      'after',
      `
Examples:
  harbinger certs init --site hall-1                              once: makes ca.crt, which all trust, and ca.key, which signs
  harbinger certs issue gateway --host gw.hall-1 --host 10.0.0.7  a server, by all names and addresses that it is called by
  harbinger certs issue press-1 --client                          a device, a gateway at its cloud, a person: by its name
  harbinger certs show                                            what there is, and until when
  harbinger certs renew gateway                                   the same names and key, a later end

Files lie in ./certs, or in --dir. Keys can be read by their owner only, and no file is replaced but a certificate that is renewed.
Whoever has ca.key can make certificates that everybody here trusts: keep it on one computer that is not a gateway, with a copy in a safe.
`,
    );
  const several = (text: string, before: string[] = []) => [...before, text];
  withDir(group.command('init'))
    .description('make the authority of a site')
    .option('--site <name>', 'what it is called in lists of authorities', 'Harbinger site')
    .option('--for <time>', 'how long it may sign, as 3650d (default: 10 years)', duration)
    .action(init);
  withDir(group.command('issue'))
    .description('issue a certificate, with a new key')
    .argument('<name>', 'the name of its files; of a client also the name that servers know it by')
    .option(
      '--host <host>',
      'a name or address by which the server is called (default: its name); repeat it',
      several,
    )
    .option('--client', 'it is a client')
    .option(
      '--for <time>',
      'how long it is valid (default: 825d, and not longer than the authority)',
      duration,
    )
    .action(issue);
  withDir(group.command('show', { isDefault: true }))
    .description('list certificates: who they are, for what, and until when')
    .argument('[files...]', 'other PEM files (default: those of the folder)')
    .action(show);
  withDir(group.command('renew'))
    .description('make a certificate last longer, with the same names and the same key')
    .argument('<names...>', 'from the list; ca for the authority, whose ca.crt must then be copied anew')
    .option('--for <time>', 'how long it is valid from now', duration)
    .action(renew);
}

const withDir = (command: Command) =>
  command
    .option('--dir <dir>', 'the folder of certificates and keys', 'certs')
    .option('--json', 'print JSON');

async function init({
  dir,
  site,
  json,
  ...options
}: DirOptions & { site: string; for?: number }): Promise<void> {
  if (site.length < 1 || site.length > 64)
    throw new HarbingerError('USAGE', 'cli', '--site has 1 to 64 characters');
  refuseExisting(dir, authorityName);
  const { authorityCertificate, newKey } = await import('./authority.ts');
  const key = await newKey();
  writePair(dir, authorityName, {
    certificate: await authorityCertificate(site, key, spanFor(options.for ?? authorityMsDefault)),
    key,
  });
  tell(dir, [authorityName], json);
}

async function issue(
  name: string,
  { dir, host = [], client = false, json, ...options }: IssueOptions,
): Promise<void> {
  const request = leafRequest(name, host, client);
  const authority = readPair(dir, authorityName);
  refuseExisting(dir, name);
  const { issuedCertificate, newKey } = await import('./authority.ts');
  const key = await newKey();
  const certificate = await issuedCertificate(authority, key, request, spanFor(options.for ?? leafMsDefault));
  writePair(dir, name, { certificate, key });
  tell(dir, [name], json);
}

async function renew(
  names: string[],
  { dir, json, ...options }: DirOptions & { for?: number },
): Promise<void> {
  const authority = readPair(dir, authorityName);
  const { authorityCertificate, issuedCertificate } = await import('./authority.ts');
  for (const name of names) {
    const { certificate, key } = readPair(dir, name);
    const before = new X509Certificate(certificate);
    const span = spanFor(options.for ?? (name === authorityName ? authorityMsDefault : leafMsDefault));
    replaceCertificate(
      dir,
      name,
      name === authorityName
        ? await authorityCertificate(siteOf(before), key, span)
        : await issuedCertificate(authority, key, requestIn(name, before), span),
    );
  }
  tell(dir, names, json);
}

function show(files: string[], { dir, json }: DirOptions): void {
  const paths = files.length > 0 ? files : namesIn(dir).map((name) => filesOf(dir, name).certFile);
  const shown = paths.map((path) => describe(path, readCertificate(path), systemClock.nowMs()));
  if (json) printJson({ certificates: shown });
  else printDescribed(shown);
}

function tell(dir: string, names: readonly string[], json: boolean | undefined): void {
  const made: Described[] = names.map((name) => {
    const { certFile } = filesOf(dir, name);
    return describe(certFile, readCertificate(certFile), systemClock.nowMs());
  });
  if (json) return printJson({ certificates: made });
  for (const [i, each] of made.entries()) tellMade(each, filesOf(dir, names[i]!));
}

function spanFor(ms: number): Span {
  const nowMs = systemClock.nowMs();
  return { fromMs: nowMs - behindMs, toMs: nowMs + ms };
}

const siteOf = ({ subject }: X509Certificate) => /^CN=(.*)$/m.exec(subject)?.[1] ?? 'Harbinger site';
