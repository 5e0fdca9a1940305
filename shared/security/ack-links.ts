/**
 * Links that acknowledge an alert, for mails: signed with a secret of the data folder, for one alert and one receiver, and for three to four days.
 * Whoever has the mail may acknowledge that alert, and do nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularText } from '../files/read-regular.ts';
import { replaceFileSync } from '../files/replace.ts';
import { newSecret } from './secret.ts';

export const ackLinkMs = 3 * 86_400_000;
/** Ids have at most 128 characters, names 64. */
const tokenLengthMax = 1_000;

export interface AckGrant {
  alertId: string;
  gateway: string;
  /** The notifier whose mail has it. */
  notifier: string;
  untilMs: number;
}

export class AckLinks {
  private readonly key: Buffer;

  constructor(key: Buffer) {
    this.key = key;
  }

  /** With the secret of a data folder, which is made if there is none. */
  static in(dataDir: string): AckLinks {
    const path = join(dataDir, 'ack-key');
    if (!existsSync(path)) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      replaceFileSync(path, `${newSecret(32).toString('base64url')}\n`, { mode: 0o600 });
    }
    return new AckLinks(Buffer.from(readRegularText(path).trim(), 'base64url'));
  }

  token({ alertId, gateway, notifier, untilMs }: AckGrant): string {
    const claims = Buffer.from(JSON.stringify([alertId, gateway, notifier, untilMs])).toString('base64url');
    return `${claims}.${this.sign(claims)}`;
  }

  /** Null if it was not made here, or is over. */
  grantOf(token: string, nowMs: number): AckGrant | null {
    if (token.length > tokenLengthMax) return null;
    const [claims = '', signature = ''] = token.split('.', 2);
    const [given, right] = [Buffer.from(signature), Buffer.from(this.sign(claims))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const [alertId, gateway, notifier, untilMs] = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return untilMs > nowMs ? { alertId, gateway, notifier, untilMs } : null;
  }

  private sign(claims: string): string {
    return createHmac('sha256', this.key).update(`harbinger ack\n${claims}`).digest('base64url');
  }
}
