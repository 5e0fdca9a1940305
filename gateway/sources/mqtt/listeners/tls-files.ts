import type { PemOwner } from '../../../../shared/security/pem-files.ts';
import { readServerTls } from '../../../../shared/security/server-tls.ts';
import type { BrokerTls } from '../config.ts';

export const tlsOwner: PemOwner = { code: 'BROKER_TLS_FILES', stage: 'broker' };

/**
 * @param section the table, e.g. `broker.tls`
 * @throws HarbingerError BROKER_TLS_FILES, which names the file, the setting and the remedy
 */
export function readTlsFiles(files: BrokerTls, section: string) {
  return readServerTls(files, section, tlsOwner);
}
