/** TLS of an HTTP server: its certificate, and how a renewed one comes into use while the server runs. */
import type { ServerOptions } from 'node:https';
import type { Server as TlsServer } from 'node:tls';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { PemOwner } from '../security/pem-files.ts';
import { RenewedTls, readServerTls } from '../security/server-tls.ts';
import type { HttpTls } from './settings.ts';

export const httpTlsOwner: PemOwner = { code: 'API_TLS_FILES', stage: 'api' };

const handshakeTimeout = 10_000;

/** The certificates of one server; without settings it speaks plain HTTP. */
export class HttpCertificates {
  private readonly files: HttpTls | undefined;
  private readonly section: string;
  private readonly renewed: RenewedTls;

  /** @param place the table of the configuration that `tls` is in, e.g. `api` */
  constructor(files: HttpTls | undefined, place: string, deps: { clock: Clock; log: Log }) {
    this.files = files;
    this.section = `${place}.tls`;
    this.renewed = new RenewedTls(deps);
  }

  /** Null for plain HTTP. @throws HarbingerError API_TLS_FILES */
  options(): ServerOptions | null {
    return this.files === undefined ? null : { ...this.read(this.files), handshakeTimeout };
  }

  /** New connections to the server get a renewed certificate, and open ones stay. */
  follow(server: TlsServer): void {
    const { files } = this;
    if (files !== undefined) this.renewed.watch(server, () => this.read(files));
  }

  /** Looks at the files now; see RenewedTls. */
  look(): ReturnType<RenewedTls['look']> {
    return this.renewed.look();
  }

  stop(): void {
    this.renewed.stop();
  }

  private read(files: HttpTls) {
    return readServerTls(files, this.section, httpTlsOwner);
  }
}
