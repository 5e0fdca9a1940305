import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { closeFailedHandshakes } from '../../shared/security/connection-slots.ts';
import type { PemOwner } from '../../shared/security/pem-files.ts';
import { clientRules, type RenewedTls, readServerTls } from '../../shared/security/server-tls.ts';
import type { ReceiveConfig } from './config.ts';

export const tlsOwner: PemOwner = { code: 'INGEST_TLS_FILES', stage: 'ingest' };

/**
 * The server of the port, whose certificates are renewed while it runs.
 * @throws HarbingerError INGEST_TLS_FILES, naming file, setting and remedy
 */
export function createPort(
  tls: ReceiveConfig['tls'],
  handshakeTimeout: number,
  certificates: RenewedTls,
): Server {
  if (!tls) return createServer();
  const read = () => readServerTls(tls, 'ingest.tls', tlsOwner);
  const server = createTlsServer({ ...read(), ...clientRules(tls), handshakeTimeout });
  certificates.watch(server, read);
  closeFailedHandshakes(server, () => undefined);
  return server;
}
