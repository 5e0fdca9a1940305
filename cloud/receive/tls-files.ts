import { type PemOwner, readCertificates, readKeyPair } from '../../shared/security/pem-files.ts';
import type { ReceiveConfig } from './config.ts';

export const tlsOwner: PemOwner = { code: 'INGEST_TLS_FILES', stage: 'ingest' };

/** @throws HarbingerError INGEST_TLS_FILES, naming file, setting and remedy */
export function readTlsFiles(tls: NonNullable<ReceiveConfig['tls']>) {
  const { clientCaFile } = tls;
  return {
    ...readKeyPair(tls, 'ingest.tls', tlsOwner),
    ...(clientCaFile !== undefined && {
      ca: readCertificates(clientCaFile, 'ingest.tls.clientCaFile', tlsOwner),
    }),
  };
}
