import { type PemOwner, readCertificates, readKeyPair } from '../../../shared/security/pem-files.ts';
import type { UplinkConfig } from '../config.ts';

export const tlsOwner: PemOwner = { code: 'UPLINK_TLS_FILES', stage: 'uplink', retry: true };

/**
 * Called for each connection, so that a renewed certificate is used without a restart. @throws HarbingerError
 * UPLINK_TLS_FILES (retry), naming file, setting and remedy
 */
export function readTlsFiles({ caFile, certFile, keyFile }: UplinkConfig): {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
} {
  return {
    ...(caFile !== undefined && { ca: readCertificates(caFile, 'uplink.caFile', tlsOwner) }),
    ...(certFile !== undefined &&
      keyFile !== undefined &&
      readKeyPair({ certFile, keyFile }, 'uplink', tlsOwner)),
  };
}
