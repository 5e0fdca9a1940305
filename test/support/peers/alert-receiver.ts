import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DigestData } from '../../../shared/notifiers/digest.ts';

/** A notification as a webhook gets it. */
export interface Told {
  alertchange: string;
  idempotencykey: string;
  /** Absent if the cloud does not know under which address people open its page. */
  pageurl?: string;
  data: { predictionId: string } & DigestData;
}

/** A receiver of alerts, which can be away for a while. It remembers each notification once. */
export class AlertReceiver {
  isAway = false;
  readonly told = new Map<string, Told>();
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (this.isAway) return response.writeHead(503).end();
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Told;
      this.told.set(message.idempotencykey, message);
      return response.writeHead(204).end();
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
