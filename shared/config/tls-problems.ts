import { type PemOwner, readCertificates, readKeyPair, readPrivateKey } from '../security/pem-files.ts';
import { type ConfigProblem, problemsIn } from './problem.ts';
import { eachSound, rules } from './sound-view.ts';

const certificateSettings = ['certFile', 'caFile', 'clientCaFile'] as const;

/** Settings of a table that name PEM files. */
export type TlsSettings = { [setting in (typeof certificateSettings)[number] | 'keyFile']?: string };

/** Reads the certificates and the key that a table of the configuration names, and returns their problems. */
export function tlsProblems(table: TlsSettings, section: string, owner: PemOwner): ConfigProblem[] {
  const problems = eachSound(certificateSettings, (name) => {
    const setting = `${section}.${name}`;
    const path = table[name];
    return path === undefined ? [] : problemsIn(setting, () => readCertificates(path, setting, owner));
  });
  const ofKey = rules(() => {
    const { certFile, keyFile } = table;
    if (keyFile === undefined) return [];
    const setting = `${section}.keyFile`;
    const isAlone = certFile === undefined || problems.some(({ key }) => key === `${section}.certFile`);
    const readKey = () =>
      isAlone ? readPrivateKey(keyFile, setting, owner) : readKeyPair({ certFile, keyFile }, section, owner);
    return problemsIn(setting, readKey);
  });
  return [...problems, ...ofKey];
}
