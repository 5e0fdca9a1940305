import { type PemOwner, readCertificates, readKeyPair, readPrivateKey } from '../security/pem-files.ts';
import { type ConfigProblem, problemsIn } from './problem.ts';
import { eachSound, rules } from './sound-view.ts';

/** Names of the settings, in any table, whose files hold certificates. */
export const certificateSettings = ['certFile', 'caFile', 'clientCaFile'] as const;

/** Settings of a table that name PEM files. */
export type TlsSettings = { [setting in (typeof certificateSettings)[number] | 'keyFile']?: string };

/** Reads the certificates and the key that a table of the configuration names, and returns their problems. */
export function tlsProblems(table: TlsSettings, section: string, owner: PemOwner): ConfigProblem[] {
  let certFile: string | undefined;
  const ofCertificates = eachSound(certificateSettings, (name) => {
    const setting = `${section}.${name}`;
    const path = table[name];
    if (path === undefined) return [];
    const problems = problemsIn(setting, () => readCertificates(path, setting, owner));
    if (name === 'certFile' && problems.length === 0) certFile = path;
    return problems;
  });
  const ofKey = rules(() => {
    const { keyFile } = table;
    if (keyFile === undefined) return [];
    const setting = `${section}.keyFile`;
    // Without a certificate that can be read, the key can still be checked by itself.
    const readKey = () =>
      certFile === undefined
        ? readPrivateKey(keyFile, setting, owner)
        : readKeyPair({ certFile, keyFile }, section, owner);
    return problemsIn(setting, readKey);
  });
  return [...ofCertificates, ...ofKey];
}
