/** TLS of servers: what their settings mean, and how a renewed certificate comes into use while they run. */
import type { SecureContextOptions, Server, TLSSocket } from 'node:tls';
import { type Clock, every, type Timer } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type PemOwner, readCertificates, readKeyPair } from './pem-files.ts';

export interface ServerTlsSettings {
  certFile: string;
  keyFile: string;
  clientCaFile?: string;
  /** Default: `required` where there is a clientCaFile, and otherwise none are asked for. */
  clientCertificates?: 'optional' | 'required';
}

/** Named, because Node has another default where its options say so. */
const minVersion = 'TLSv1.2' as const;

/** Returns what comes from files, which may be read anew. @throws HarbingerError of the owner, naming file, setting and remedy */
export function readServerTls(
  files: ServerTlsSettings,
  section: string,
  owner: PemOwner,
): SecureContextOptions & { cert: Buffer; key: Buffer; ca?: Buffer } {
  const { clientCaFile } = files;
  return {
    minVersion,
    ...readKeyPair(files, section, owner),
    ...(clientCaFile !== undefined && {
      ca: readCertificates(clientCaFile, `${section}.clientCaFile`, owner),
    }),
  };
}

/** Whether clients are asked for certificates; this cannot change while a server runs. */
export function clientRules({ clientCaFile, clientCertificates }: ServerTlsSettings): {
  requestCert?: boolean;
  rejectUnauthorized?: boolean;
} {
  const rule = clientCertificates ?? (clientCaFile === undefined ? undefined : 'required');
  return rule === undefined ? {} : { requestCert: true, rejectUnauthorized: rule === 'required' };
}

/**
 * The certificate of a peer, who has its key; `name` is its common name if the CA of the settings has issued it. Null if it has
 * shown none.
 */
export function certificateOfPeer(
  socket: TLSSocket,
  { clientCaFile }: ServerTlsSettings,
): { fingerprint: string; name?: string } | null {
  const { fingerprint256, subject } = socket.getPeerCertificate();
  if (fingerprint256 === undefined) return null;
  const name: unknown = subject?.CN;
  const isIssued = clientCaFile !== undefined && socket.authorized && typeof name === 'string';
  return { fingerprint: fingerprint256, ...(isIssued && { name }) };
}

/** How often files of certificates are looked at. */
const lookMs = 30_000;

/** Reads the files of servers again, so that new connections get a renewed certificate; those that are open stay. */
export class RenewedTls {
  private readonly deps: { clock: Clock; log: Log };
  private readonly watched: { server: Server; read: () => ReturnType<typeof readServerTls>; text: string }[] =
    [];
  private readonly told = new Map<Server, string>();
  private timer: Timer | null = null;

  constructor(deps: { clock: Clock; log: Log }) {
    this.deps = deps;
  }

  /** @param read what the server was made with, from its files. @throws what `read` throws */
  watch(server: Server, read: () => ReturnType<typeof readServerTls>): void {
    this.watched.push({ server, read, text: textOf(read()) });
    this.timer ??= every(this.deps.clock, lookMs, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Returns how many servers have got other certificates, and why others could not. Never throws. */
  look(): { renewed: number; problems: string[] } {
    const problems: string[] = [];
    let renewed = 0;
    for (const each of this.watched) {
      try {
        const options = each.read();
        this.told.delete(each.server);
        const text = textOf(options);
        if (text === each.text) continue;
        each.server.setSecureContext(options);
        each.text = text;
        renewed += 1;
      } catch (error) {
        this.keep(each.server, messageOf(error));
        problems.push(messageOf(error));
      }
    }
    if (renewed > 0) this.deps.log.info({ renewed }, 'new connections get the renewed certificate');
    return { renewed, problems };
  }

  /** Says once that the certificate of before stays in use. */
  private keep(server: Server, problem: string): void {
    if (this.told.get(server) === problem) return;
    this.told.set(server, problem);
    this.deps.log.warn({ problem }, 'a certificate cannot be read again: the one of before stays in use');
  }
}

const textOf = ({ cert, key, ca }: ReturnType<typeof readServerTls>) =>
  [cert, key, ca ?? ''].map((each) => each.toString('latin1')).join('\n');
