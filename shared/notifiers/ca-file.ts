/** Reads the PEM file of the authority that signed a receiver's certificate, if a notifier names one. */
import type { ConfigProblem } from '../config/problem.ts';
import { tlsProblems } from '../config/tls-problems.ts';
import { type PemOwner, readCertificates } from '../security/pem-files.ts';

const owner: PemOwner = { code: 'ALERTS_TLS_FILES', stage: 'alerts', retry: true };

/** @throws HarbingerError ALERTS_TLS_FILES (retry, because the file may be corrected) */
export function readCaFile({ name, caFile }: { name: string; caFile?: string }): { ca?: Buffer } {
  return caFile === undefined ? {} : { ca: readCertificates(caFile, `caFile of notifier '${name}'`, owner) };
}

/** Reads the file and returns its problems. @param place e.g. `alerts.email[0]` */
export function caFileProblems({ caFile }: { caFile?: string }, place: string): ConfigProblem[] {
  return caFile === undefined ? [] : tlsProblems({ caFile }, place, owner);
}
