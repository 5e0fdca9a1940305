import { type PemOwner, readKeyPair } from '../../../../shared/security/pem-files.ts';
import type { BrokerConfig } from '../config.ts';

export const tlsOwner: PemOwner = { code: 'BROKER_TLS_FILES', stage: 'broker' };

/** @throws HarbingerError BROKER_TLS_FILES, which names the file, the setting and the remedy */
export function readTlsFiles(files: NonNullable<BrokerConfig['tls']>): { cert: Buffer; key: Buffer } {
  return readKeyPair(files, 'broker.tls', tlsOwner);
}
