import { StoreUnavailableError } from '../errors.ts';
import type { InfluxTarget } from './config.ts';
import type { InfluxAnswer } from './http.ts';

/** Returns the path at which a server says whether it is well. */
export function healthPathOf(version: InfluxTarget['version']): string {
  return version === 1 ? '/ping' : '/health';
}

/**
 * Whether an answer is that of a well InfluxDB, and not the page of something between: a proxy or a captive portal may
 * answer everything with 200. Version 1 answers without content, 2 with JSON, and 3 with `OK`.
 */
export function isWell(version: InfluxTarget['version'], { status, text }: InfluxAnswer): boolean {
  if (version === 1) return status === 204;
  if (status !== 200) return false;
  return text.trim() === 'OK' || hasPassed(text);
}

function hasPassed(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'pass';
  } catch {
    return false;
  }
}

/**
 * Confirmations of writes that are the server's own. Something between may answer 204 as well, and has stored nothing. InfluxDB
 * says its version with each write; other servers with its protocol may say none, and are believed.
 */
export class Confirmations {
  private saysVersion = false;

  /**
   * Checks a 204 by the version in its header. `where` names the server in the message.
   *
   * @throws StoreUnavailableError if earlier ones had a version and this one has none
   */
  check(serverVersion: string | undefined, where: string): void {
    if (serverVersion !== undefined) this.saysVersion = true;
    else if (this.saysVersion)
      throw new StoreUnavailableError(
        `${where} answered a write with 204, but without the header X-Influxdb-Version that its earlier answers had: something between, such as a proxy, may have answered, so nothing counts as stored; if InfluxDB was replaced by another server, restart the cloud`,
      );
  }
}
